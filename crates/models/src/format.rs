use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de};

mod recipe;

pub(crate) use recipe::Role;

/// How weights are stored in a GGUF file, the lowest quality first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Format {
    /// About 3 bits a weight; clearly worse than the original.
    #[serde(rename = "Q2_K")]
    Q2K,
    /// About 4 bits a weight; noticeably worse than the original.
    #[serde(rename = "Q3_K_M")]
    Q3KM,
    /// About 4.4 bits a weight: slightly worse than Q4_K_M and a tenth smaller.
    #[serde(rename = "IQ4_XS")]
    Iq4Xs,
    /// About 4.9 bits a weight: the usual choice.
    #[serde(rename = "Q4_K_M")]
    Q4KM,
    /// 4.5 bits a weight. Listed only where the publisher trained the model for it (QAT).
    #[serde(rename = "Q4_0")]
    Q40,
    /// 4.25 bits a weight in the experts, 16 elsewhere: the original of gpt-oss.
    #[serde(rename = "MXFP4")]
    Mxfp4,
    /// About 5.7 bits a weight.
    #[serde(rename = "Q5_K_M")]
    Q5KM,
    /// About 6.6 bits a weight.
    #[serde(rename = "Q6_K")]
    Q6K,
    /// 8.5 bits a weight: hard to distinguish from the original.
    #[serde(rename = "Q8_0")]
    Q80,
    /// 16 bits a weight: the original.
    F16,
}

impl Format {
    /// Every format with its name, the lowest quality first.
    pub const ALL: [(&'static str, Self); 10] = [
        ("Q2_K", Self::Q2K),
        ("Q3_K_M", Self::Q3KM),
        ("IQ4_XS", Self::Iq4Xs),
        ("Q4_K_M", Self::Q4KM),
        ("Q4_0", Self::Q40),
        ("MXFP4", Self::Mxfp4),
        ("Q5_K_M", Self::Q5KM),
        ("Q6_K", Self::Q6K),
        ("Q8_0", Self::Q80),
        ("F16", Self::F16),
    ];
}

/// How the KV cache is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KvCache {
    /// 2 bytes an element: the default of every runtime.
    #[default]
    F16,
    /// 34 bytes for 32 elements; needs flash attention.
    #[serde(rename = "q8_0")]
    Q80,
    /// 18 bytes for 32 elements; needs flash attention, and costs quality.
    #[serde(rename = "q4_0")]
    Q40,
}

impl KvCache {
    /// Every type with its name.
    pub const ALL: [(&'static str, Self); 3] =
        [("f16", Self::F16), ("q8_0", Self::Q80), ("q4_0", Self::Q40)];

    /// Bytes that one element takes, its scale included (`ggml-common.h`).
    pub const fn bytes_per_element(self) -> f64 {
        match self {
            Self::F16 => 2.0,
            Self::Q80 => 34.0 / 32.0,
            Self::Q40 => 18.0 / 32.0,
        }
    }
}

/// What a model is wanted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Conversation, writing, questions.
    #[default]
    Chat,
    /// Programming, with or without an agent.
    Code,
    /// Reading images.
    Vision,
    /// Turning text into vectors for a search.
    Embedding,
}

impl Use {
    /// Every use with its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("chat", Self::Chat),
        ("code", Self::Code),
        ("vision", Self::Vision),
        ("embedding", Self::Embedding),
    ];
}

/// Writes a value as its name in `ALL`, and reads a name whatever its case, with an error that
/// lists those there are.
macro_rules! by_name {
    ($($name:ty: $what:literal),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let name = Self::ALL.iter().find(|(_, known)| known == self);
                f.pad(name.map_or("", |(name, _)| name))
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let named = Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
                named.map(|(_, value)| *value).ok_or_else(|| {
                    let names = Self::ALL.map(|(name, _)| name).join(", ");
                    format!("“{text}” is not a {}; use one of {names}", $what)
                })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

by_name!(Format: "format", KvCache: "KV cache type", Use: "use");
