use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How weights are stored in a GGUF file, smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Format {
    /// About 4 bits a weight; noticeably worse than the original.
    #[serde(rename = "Q3_K_M")]
    Q3KM,
    /// 4.25 bits a weight in the experts, 16 elsewhere: what gpt-oss was trained in.
    #[serde(rename = "MXFP4")]
    Mxfp4,
    /// About 4.9 bits a weight: the usual choice.
    #[serde(rename = "Q4_K_M")]
    Q4KM,
    /// About 5.7 bits a weight.
    #[serde(rename = "Q5_K_M")]
    Q5KM,
    /// About 6.6 bits a weight.
    #[serde(rename = "Q6_K")]
    Q6K,
    /// 8.5 bits a weight: hardly to be told from the original.
    #[serde(rename = "Q8_0")]
    Q80,
    /// 16 bits a weight: the original.
    F16,
}

impl Format {
    /// Every format with its name, smallest first.
    pub const ALL: [(&'static str, Self); 7] = [
        ("Q3_K_M", Self::Q3KM),
        ("MXFP4", Self::Mxfp4),
        ("Q4_K_M", Self::Q4KM),
        ("Q5_K_M", Self::Q5KM),
        ("Q6_K", Self::Q6K),
        ("Q8_0", Self::Q80),
        ("F16", Self::F16),
    ];

    /// Bits that one weight of a tensor takes, its scales included.
    ///
    /// This is the recipe of llama.cpp's quantiser (`llama_tensor_get_type`): the K formats keep
    /// the output layer, and half of the layers' value and down projections, at a higher precision.
    pub(super) fn bits(self, role: Role, row_width: u64) -> f64 {
        let bits = |block: Block| block.for_row(row_width).bits();
        match role {
            Role::Router => Block::F32.bits(),
            Role::Vision => Block::F16.bits(),
            Role::Expert | Role::ExpertDown if self == Self::Mxfp4 => Block::Mxfp4.bits(),
            Role::Head => bits(self.head()),
            Role::Value | Role::Down | Role::ExpertDown => {
                let (one_half, other_half) = self.sensitive();
                (bits(one_half) + bits(other_half)) / 2.0
            }
            Role::FusedQkv => bits(self.fused_qkv()),
            Role::AttentionOutput if self == Self::Q3KM => bits(Block::Q4K),
            Role::Embedding | Role::AttentionOutput | Role::Expert | Role::Other => {
                bits(self.base())
            }
        }
    }

    /// The encoding of most tensors.
    fn base(self) -> Block {
        match self {
            Self::Q3KM => Block::Q3K,
            Self::Q4KM => Block::Q4K,
            Self::Q5KM => Block::Q5K,
            Self::Q6K => Block::Q6K,
            Self::Q80 => Block::Q80,
            Self::Mxfp4 | Self::F16 => Block::F16,
        }
    }

    fn head(self) -> Block {
        match self {
            Self::Q3KM | Self::Q4KM | Self::Q5KM => Block::Q6K,
            other => other.base(),
        }
    }

    /// The encodings of value and down projections in one half of the layers and in the other.
    fn sensitive(self) -> (Block, Block) {
        match self {
            Self::Q3KM => (Block::Q4K, Block::Q4K),
            Self::Q4KM | Self::Q5KM => (Block::Q6K, self.base()),
            other => (other.base(), other.base()),
        }
    }

    fn fused_qkv(self) -> Block {
        match self {
            Self::Q3KM => Block::Q4K,
            Self::Q4KM => Block::Q5K,
            Self::Q5KM => Block::Q6K,
            other => other.base(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name_of(&Self::ALL, self))
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        named(&Self::ALL, text)
            .ok_or_else(|| format!("“{text}” is not a format; {}", choice(&Self::ALL)))
    }
}

/// How the KV cache is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KvCache {
    /// 2 bytes an element: the default of every runtime.
    #[default]
    F16,
    /// 34 bytes for 32 elements; needs flash attention.
    #[serde(rename = "q8_0")]
    Q80,
}

impl KvCache {
    /// Every type with its name.
    pub const ALL: [(&'static str, Self); 2] = [("f16", Self::F16), ("q8_0", Self::Q80)];

    /// Bytes that one element takes, its scale included.
    pub const fn bytes_per_element(self) -> f64 {
        match self {
            Self::F16 => 2.0,
            Self::Q80 => 34.0 / 32.0,
        }
    }
}

impl fmt::Display for KvCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name_of(&Self::ALL, self))
    }
}

impl FromStr for KvCache {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        named(&Self::ALL, text)
            .ok_or_else(|| format!("“{text}” is not a KV cache type; {}", choice(&Self::ALL)))
    }
}

fn name_of<T: PartialEq>(all: &[(&'static str, T)], value: &T) -> &'static str {
    all.iter()
        .find(|(_, known)| known == value)
        .map_or("", |(name, _)| name)
}

fn named<T: Copy>(all: &[(&'static str, T)], text: &str) -> Option<T> {
    all.iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, value)| *value)
}

fn choice<T>(all: &[(&'static str, T)]) -> String {
    let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
    format!("use one of {}", names.join(", "))
}

/// What a tensor is for, as far as it decides its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Embedding,
    /// The output layer, or the embedding where they are the same tensor.
    Head,
    Value,
    FusedQkv,
    AttentionOutput,
    Down,
    Expert,
    ExpertDown,
    Router,
    Vision,
    Other,
}

/// How a block of weights is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Q3K,
    Q4K,
    Q5K,
    Q6K,
    Q40,
    Q50,
    Q51,
    Q80,
    Mxfp4,
    F16,
    F32,
}

impl Block {
    /// Bits a weight, from the block layouts of ggml (`ggml-common.h`).
    const fn bits(self) -> f64 {
        match self {
            Self::Q3K => 3.4375,
            Self::Mxfp4 => 4.25,
            Self::Q4K | Self::Q40 => 4.5,
            Self::Q5K | Self::Q50 => 5.5,
            Self::Q51 => 6.0,
            Self::Q6K => 6.5625,
            Self::Q80 => 8.5,
            Self::F16 => 16.0,
            Self::F32 => 32.0,
        }
    }

    /// What takes its place in a tensor whose rows are no multiple of a K block's 256 weights.
    const fn for_row(self, width: u64) -> Self {
        if width.is_multiple_of(256) {
            return self;
        }
        match self {
            Self::Q3K => Self::Q40,
            Self::Q4K => Self::Q50,
            Self::Q5K => Self::Q51,
            Self::Q6K => Self::Q80,
            other => other,
        }
    }
}
