//! How many bytes a model's weights take, and where they are kept.

use super::{
    bytes::GIB,
    format::{Format, Role},
    model::{Model, OllamaFiles},
};

/// Tensors of one kind, all layers together.
struct Tensors {
    role: Role,
    row_width: u64,
    parameters: f64,
}

/// Bytes of the weights, by where llama.cpp keeps them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Weights {
    /// The layers without their routed experts.
    pub(crate) layers: f64,
    /// Routed experts.
    pub(crate) experts: f64,
    /// The output layer.
    pub(crate) output: f64,
    /// The part that reads images, which GGUF files keep apart.
    pub(crate) vision: f64,
    /// Embeddings that stay in main memory.
    pub(crate) embeddings: f64,
    /// Of them, those that are added in each layer.
    pub(crate) per_layer: f64,
}

impl Weights {
    /// What the card holds when everything is on it.
    pub(crate) const fn on_card(&self) -> f64 {
        self.layers + self.experts + self.output + self.vision
    }

    /// What stays in main memory of the embeddings. Of a table above 4 GiB llama.cpp reads the rows
    /// from the disk as they are needed (`--lazy-mode auto`).
    pub(crate) fn resident(&self) -> f64 {
        let lazy = if self.per_layer > 4.0 * GIB {
            self.per_layer
        } else {
            0.0
        };
        self.embeddings - lazy
    }

    /// The size of the file, without the part that reads images.
    pub(crate) const fn text_file(&self) -> f64 {
        self.layers + self.experts + self.output + self.embeddings
    }
}

impl Model {
    /// Bytes of the weights in the file that is fetched in that format.
    pub(crate) fn weights(&self, format: Format) -> Weights {
        let of_ollama = self.ollama.contains_key(&format) && format != Format::F16;
        let file = if of_ollama {
            self.ollama_files
        } else {
            OllamaFiles::default()
        };
        self.weights_of(format, file)
    }

    /// Bytes of the weights as llama.cpp's own quantiser writes them, or with what Ollama's differs.
    pub(crate) fn weights_of(&self, format: Format, file: OllamaFiles) -> Weights {
        let mut weights = Weights::default();
        for tensors in self.tensors() {
            let bits = match tensors.role {
                Role::Value if file.value_f16 => 16.0,
                Role::PerLayerEmbedding | Role::PerLayerTable if file.per_layer_f16 => 16.0,
                role => format.bits(role, tensors.row_width),
            };
            let bytes = tensors.parameters * bits / 8.0;
            match tensors.role {
                Role::Embedding => weights.embeddings += bytes,
                Role::PerLayerEmbedding | Role::PerLayerTable => {
                    weights.embeddings += bytes;
                    weights.per_layer += bytes;
                }
                // No text comes out of an embedding model: its table stays in main memory.
                Role::Head if self.is_embedding() => weights.embeddings += bytes,
                Role::Head => weights.output += bytes,
                Role::Vision => weights.vision += bytes,
                Role::Expert | Role::ExpertDown => weights.experts += bytes,
                _ => weights.layers += bytes,
            }
        }
        if file.prediction_f16 {
            weights.layers += self.prediction_b * 2e9;
        }
        if file.untied && self.tied_embeddings {
            let embedding = product(&[self.vocabulary, self.hidden]);
            weights.embeddings +=
                embedding * format.bits(Role::Embedding, self.hidden.into()) / 8.0;
        }
        weights
    }

    /// Bytes of the heads that predict further tokens, as llama.cpp's own quantiser writes them.
    pub(crate) fn prediction_heads(&self, format: Format) -> f64 {
        self.prediction_b * 1e9 * format.bits(Role::Other, self.hidden.into()) / 8.0
    }

    /// Billions of parameters that the dimensions account for.
    pub(crate) fn parameters_from_dimensions_b(&self) -> f64 {
        let all = self.dimensioned();
        all.iter().map(|tensors| tensors.parameters).sum::<f64>() / 1e9
    }

    /// Every tensor; what the dimensions do not account for (MLA, state space, gates) is one
    /// remainder.
    fn tensors(&self) -> Vec<Tensors> {
        let mut tensors = self.dimensioned();
        let remainder = (self.parameters_b - self.parameters_from_dimensions_b()) * 1e9;
        if remainder > 0.0 {
            let recurrent = self.attention.recurrent;
            let fused = recurrent
                .map_or(0.0, |recurrent| recurrent.fused_b * 1e9)
                .min(remainder);
            tensors.push(group(Role::FusedQkv, self.hidden, fused));
            tensors.push(group(Role::Other, self.hidden, remainder - fused));
        }
        tensors
    }

    fn dimensioned(&self) -> Vec<Tensors> {
        let mut tensors = self.outside_layers();
        if self.attention.is_plain() {
            tensors.extend(self.attention_tensors());
        }
        tensors.extend(self.feed_forward_tensors());
        tensors
    }

    fn outside_layers(&self) -> Vec<Tensors> {
        let embedding = product(&[self.vocabulary, self.hidden]);
        let mut tensors = vec![
            group(Role::Vision, self.hidden, self.vision_b * 1e9),
            group(
                if self.tied_embeddings {
                    Role::PerLayerEmbedding
                } else {
                    Role::PerLayerTable
                },
                self.per_layer_row.unwrap_or(self.hidden),
                self.per_layer_embeddings_b * 1e9,
            ),
        ];
        // Where there is no output layer, the table of tokens is quantised like one.
        tensors.push(group(Role::Head, self.hidden, embedding));
        if !self.tied_embeddings && !self.is_embedding() {
            tensors.push(group(Role::Embedding, self.hidden, embedding));
        }
        tensors
    }

    fn attention_tensors(&self) -> Vec<Tensors> {
        let mut tensors = Vec::new();
        let attention = &self.attention;
        let values = if attention.values_are_keys { 0.0 } else { 1.0 };
        tensors.extend(self.attention_of(
            attention.full_layers,
            self.head_dim,
            self.kv_heads,
            values,
        ));
        if let Some(sliding) = attention.sliding {
            tensors.extend(self.attention_of(
                sliding.layers,
                sliding.head_dim,
                sliding.kv_heads,
                1.0,
            ));
        }
        tensors
    }

    /// The projections of so many layers; `values` is 0 where there is no value projection.
    fn attention_of(&self, layers: u32, head_dim: u32, kv_heads: u32, values: f64) -> Vec<Tensors> {
        // Both may be a million in an entry of the user's own.
        let queries = u64::from(self.attention_heads) * u64::from(head_dim);
        let output = product(&[layers, self.attention_heads, head_dim, self.hidden]);
        let keys = product(&[layers, kv_heads, head_dim, self.hidden]);
        let mut tensors = vec![group(Role::AttentionOutput, queries, output)];
        if self.fused_qkv {
            tensors.push(group(Role::FusedQkv, self.hidden, output + 2.0 * keys));
        } else {
            tensors.push(group(Role::Other, self.hidden, output + keys));
            tensors.push(group(Role::Value, self.hidden, values * keys));
        }
        tensors
    }

    fn feed_forward_tensors(&self) -> Vec<Tensors> {
        let Some(experts) = self.experts else {
            return self.dense(self.feed_forward_layers, self.feed_forward);
        };
        let width = experts.width.unwrap_or(self.hidden);
        let matrix = product(&[experts.layers, width, self.feed_forward]);
        let into = f64::from(experts.matrices - 1);
        let routed = matrix * f64::from(experts.count);
        let shared = matrix * f64::from(experts.shared);
        let router = product(&[experts.layers, self.hidden, experts.count]);
        let mut tensors = vec![
            group(Role::Expert, width, into * routed),
            group(Role::ExpertDown, self.feed_forward, routed),
            group(Role::Other, width, into * shared),
            group(Role::Down, self.feed_forward, shared),
            group(Role::Router, self.hidden, router),
        ];
        if let Some(beside) = self.dense_feed_forward {
            let without = self.layers - experts.layers;
            // Where every layer has experts, the dense part stands beside them.
            let layers = if without == 0 { self.layers } else { without };
            tensors.extend(self.dense(layers, beside));
        }
        tensors
    }

    fn dense(&self, layers: u32, width: u32) -> Vec<Tensors> {
        let matrix = product(&[layers, self.hidden, width]);
        let into = f64::from(self.feed_forward_matrices - 1);
        vec![
            group(Role::Other, self.hidden, into * matrix),
            group(Role::Down, width, matrix),
        ]
    }
}

fn group(role: Role, row_width: impl Into<u64>, parameters: f64) -> Tensors {
    Tensors {
        role,
        row_width: row_width.into(),
        parameters,
    }
}

fn product(factors: &[u32]) -> f64 {
    factors.iter().map(|factor| f64::from(*factor)).product()
}
