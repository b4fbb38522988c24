//! Which block of ggml each tensor gets in each format.

use super::Format;

/// What a tensor is for, as far as it decides its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The input embedding, where the output layer is a tensor of its own.
    Embedding,
    /// The output layer, or the embedding where they are the same tensor.
    Head,
    /// The embeddings that are added in layers, in a model without an output layer of its own.
    PerLayerEmbedding,
    /// The same in a model with an output layer.
    PerLayerTable,
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

impl Format {
    /// Bits that one weight of a tensor takes, its scales included.
    ///
    /// This is the recipe of llama.cpp's quantiser (`llama_tensor_get_type`): the K formats keep
    /// the output layer, and half of the layers' value and down projections, at a higher precision.
    pub(crate) fn bits(self, role: Role, row_width: u64) -> f64 {
        let bits = |block: Block| block.for_row(row_width).bits();
        match role {
            Role::Router => Block::F32.bits(),
            Role::Vision => Block::F16.bits(),
            Role::Expert | Role::ExpertDown if self == Self::Mxfp4 => Block::Mxfp4.bits(),
            Role::Head => bits(self.head()),
            Role::PerLayerEmbedding => bits(self.per_layer_embedding()),
            Role::Value | Role::Down | Role::ExpertDown => {
                let (one_half, other_half) = self.sensitive(role);
                (bits(one_half) + bits(other_half)) / 2.0
            }
            Role::FusedQkv => bits(self.fused_qkv()),
            Role::AttentionOutput => bits(self.attention_output()),
            Role::Embedding | Role::PerLayerTable | Role::Expert | Role::Other => bits(self.base()),
        }
    }

    /// The encoding of most tensors.
    fn base(self) -> Block {
        match self {
            Self::Q2K => Block::Q2K,
            Self::Q3KM => Block::Q3K,
            Self::Iq4Xs => Block::Iq4Xs,
            Self::Q4KM => Block::Q4K,
            Self::Q40 => Block::Q40,
            Self::Q5KM => Block::Q5K,
            Self::Q6K => Block::Q6K,
            Self::Q80 => Block::Q80,
            Self::Mxfp4 | Self::F16 => Block::F16,
        }
    }

    fn head(self) -> Block {
        match self {
            Self::Q80 | Self::Mxfp4 | Self::F16 => self.base(),
            _ => Block::Q6K,
        }
    }

    fn per_layer_embedding(self) -> Block {
        match self {
            Self::Q2K | Self::Q3KM | Self::Iq4Xs | Self::Q4KM | Self::Q5KM => Block::Q6K,
            other => other.base(),
        }
    }

    fn attention_output(self) -> Block {
        match self {
            Self::Q2K => Block::Q3K,
            Self::Q3KM => Block::Q4K,
            other => other.base(),
        }
    }

    /// The encodings of value and down projections in one half of the layers and in the other.
    fn sensitive(self, role: Role) -> (Block, Block) {
        let value = role == Role::Value;
        match self {
            Self::Q2K if value => (Block::Q4K, Block::Q4K),
            Self::Q2K => (Block::Q3K, Block::Q3K),
            Self::Q3KM => (Block::Q4K, Block::Q4K),
            Self::Iq4Xs if value => (Block::Q5K, Block::Q5K),
            Self::Q4KM | Self::Q5KM => (Block::Q6K, self.base()),
            other => (other.base(), other.base()),
        }
    }

    fn fused_qkv(self) -> Block {
        match self {
            Self::Q3KM => Block::Q4K,
            Self::Iq4Xs | Self::Q4KM => Block::Q5K,
            Self::Q5KM => Block::Q6K,
            other => other.base(),
        }
    }
}

/// How a block of weights is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Q2K,
    Q3K,
    Iq4Xs,
    Iq4Nl,
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
            Self::Q2K => 2.625,
            Self::Q3K => 3.4375,
            Self::Mxfp4 | Self::Iq4Xs => 4.25,
            Self::Q4K | Self::Q40 | Self::Iq4Nl => 4.5,
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
            Self::Q2K | Self::Q3K | Self::Iq4Xs => Self::Iq4Nl,
            Self::Q4K => Self::Q50,
            Self::Q5K => Self::Q51,
            Self::Q6K => Self::Q80,
            other => other,
        }
    }
}
