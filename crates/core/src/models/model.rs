use std::collections::BTreeMap;

use super::format::{Format, Role};

/// One entry of the catalogue, from its publisher's own configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What people call it.
    pub name: String,
    /// Who it is kin to; suggestions show one of a family.
    pub family: String,
    /// Year and month of publication, as `2025-04`.
    pub released: String,
    /// The publisher's repository on Hugging Face.
    pub source: String,
    /// The licence's name.
    pub licence: String,
    /// Billions of parameters, the vision part included.
    pub parameters_b: f64,
    /// Billions of parameters used for one token; the same as all in a dense model.
    pub active_parameters_b: f64,
    /// Layers.
    pub layers: u32,
    /// Query heads.
    pub attention_heads: u32,
    /// Heads with keys and values.
    pub kv_heads: u32,
    /// Numbers in one head.
    pub head_dim: u32,
    /// Width of the residual stream.
    pub hidden: u32,
    /// Width of the feed-forward part; of one expert where there are some.
    pub feed_forward: u32,
    /// Tokens in the vocabulary.
    pub vocabulary: u32,
    /// Whether the output layer is the input embedding.
    pub tied_embeddings: bool,
    /// Whether query, key and value are one tensor in GGUF files.
    pub fused_qkv: bool,
    /// The mixture of experts, in such a model.
    pub experts: Option<Experts>,
    /// Width of the feed-forward part in the layers without experts.
    pub dense_feed_forward: Option<u32>,
    /// What decides the size of the KV cache.
    pub attention: Attention,
    /// Billions of parameters that read images; they stay at 16 bits.
    pub vision_b: f64,
    /// Tokens it was made for.
    pub context: u64,
    /// Format of the published weights, such as `BF16`.
    pub native_precision: String,
    /// Ollama's tag of each format it is offered in.
    pub ollama: BTreeMap<Format, String>,
}

/// A mixture of experts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experts {
    /// Experts in a layer.
    pub count: u32,
    /// Experts that a token goes through.
    pub active: u32,
    /// Further experts of the same width that every token goes through.
    pub shared: u32,
    /// Layers that have experts.
    pub layers: u32,
    /// Matrices in an expert: 3 with gate, up and down, 2 without a gate.
    pub matrices: u32,
}

/// What decides the size of the KV cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Every layer keeps keys and values of the whole context.
    Full,
    /// Most layers keep only a window.
    Sliding {
        /// Tokens in the window.
        window: u64,
        /// Every so many layers, one sees the whole context.
        full_every: u32,
    },
    /// Multi-head latent attention: a compressed cache.
    Latent {
        /// Numbers of the compressed keys and values.
        rank: u32,
        /// Numbers of the position-dependent key.
        rope: u32,
    },
    /// Only some layers attend; the others keep a state of fixed size.
    Hybrid {
        /// Layers that attend.
        attention_layers: u32,
        /// The state of all other layers together.
        state_mib: u32,
    },
}

/// Tensors of one kind, all layers together.
pub(super) struct Tensors {
    pub(super) role: Role,
    pub(super) row_width: u64,
    pub(super) parameters: f64,
}

impl Model {
    /// Bytes that the weights take in a format.
    ///
    /// The input embedding is counted although llama.cpp leaves it in main memory when the output
    /// layer is a tensor of its own: other runtimes do not.
    pub(super) fn weight_bytes(&self, format: Format) -> f64 {
        self.tensors()
            .iter()
            .map(|tensors| tensors.parameters * format.bits(tensors.role, tensors.row_width) / 8.0)
            .sum()
    }

    /// Bytes of the weights that belong to no layer: embedding, output layer and vision.
    pub(super) fn bytes_outside_layers(&self, format: Format) -> f64 {
        self.tensors()
            .iter()
            .filter(|tensors| matches!(tensors.role, Role::Embedding | Role::Head | Role::Vision))
            .map(|tensors| tensors.parameters * format.bits(tensors.role, tensors.row_width) / 8.0)
            .sum()
    }

    /// Billions of parameters that the dimensions account for.
    #[cfg(test)]
    pub(super) fn parameters_from_dimensions_b(&self) -> f64 {
        let known = self
            .dimensioned()
            .iter()
            .map(|tensors| tensors.parameters)
            .sum::<f64>();
        known / 1e9
    }

    /// Every tensor; what the dimensions do not account for (MLA, state space) is one remainder.
    fn tensors(&self) -> Vec<Tensors> {
        let mut tensors = self.dimensioned();
        let known: f64 = tensors.iter().map(|tensors| tensors.parameters).sum();
        let exact = matches!(self.attention, Attention::Full | Attention::Sliding { .. });
        let remainder = self.parameters_b * 1e9 - known;
        if !exact && remainder > 0.0 {
            tensors.push(group(Role::Other, self.hidden, remainder));
        }
        tensors
    }

    fn dimensioned(&self) -> Vec<Tensors> {
        let mut tensors = self.outside_layers();
        if matches!(self.attention, Attention::Full | Attention::Sliding { .. }) {
            tensors.extend(self.attention_tensors());
        }
        tensors.extend(self.feed_forward_tensors());
        tensors
    }

    fn outside_layers(&self) -> Vec<Tensors> {
        let embedding = product(&[self.vocabulary, self.hidden]);
        let mut tensors = vec![
            group(Role::Head, self.hidden, embedding),
            group(Role::Vision, self.hidden, self.vision_b * 1e9),
        ];
        if !self.tied_embeddings {
            tensors.push(group(Role::Embedding, self.hidden, embedding));
        }
        tensors
    }

    fn attention_tensors(&self) -> Vec<Tensors> {
        let queries = self.attention_heads * self.head_dim;
        let keys = self.kv_heads * self.head_dim;
        let output = product(&[self.layers, queries, self.hidden]);
        let key_or_value = product(&[self.layers, keys, self.hidden]);
        let mut tensors = vec![group(Role::AttentionOutput, queries, output)];
        if self.fused_qkv {
            tensors.push(group(
                Role::FusedQkv,
                self.hidden,
                output + 2.0 * key_or_value,
            ));
        } else {
            tensors.push(group(Role::Other, self.hidden, output + key_or_value));
            tensors.push(group(Role::Value, self.hidden, key_or_value));
        }
        tensors
    }

    fn feed_forward_tensors(&self) -> Vec<Tensors> {
        let Some(experts) = self.experts else {
            return dense(self.layers, self.hidden, self.feed_forward);
        };
        let matrix = product(&[
            experts.layers,
            experts.count + experts.shared,
            self.hidden,
            self.feed_forward,
        ]);
        let into = f64::from(experts.matrices - 1);
        let router = product(&[experts.layers, self.hidden, experts.count]);
        let mut tensors = vec![
            group(Role::Expert, self.hidden, into * matrix),
            group(Role::ExpertDown, self.feed_forward, matrix),
            group(Role::Router, self.hidden, router),
        ];
        if let Some(width) = self.dense_feed_forward {
            tensors.extend(dense(self.layers - experts.layers, self.hidden, width));
        }
        tensors
    }
}

fn dense(layers: u32, hidden: u32, width: u32) -> Vec<Tensors> {
    let matrix = product(&[layers, hidden, width]);
    vec![
        group(Role::Other, hidden, 2.0 * matrix),
        group(Role::Down, width, matrix),
    ]
}

fn group(role: Role, row_width: u32, parameters: f64) -> Tensors {
    Tensors {
        role,
        row_width: u64::from(row_width),
        parameters,
    }
}

fn product(factors: &[u32]) -> f64 {
    factors.iter().map(|factor| f64::from(*factor)).product()
}
