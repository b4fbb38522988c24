//! Which models fit a card: a catalogue as data, its arithmetic, and a ranking.
//!
//! Sizes are in binary gigabytes (GiB) throughout, for one card: VRAM of several cards is never
//! added up, because a model split over cards pays for it in ways that a sum hides. Nothing here
//! reads a file or asks a GPU.
//!
//! ```
//! use gpu_keepalive_models::{Catalogue, Query, recommend};
//!
//! let answer = recommend(Catalogue::embedded(), &Query::for_vram(24.0))?;
//! let best = &answer.models[0];
//! println!("{} in {}: {}", best.name, best.format, best.run);
//! # Ok::<(), gpu_keepalive_models::QueryError>(())
//! ```

mod audit;
mod bytes;
mod catalogue;
mod choose;
mod commands;
mod format;
mod installed;
mod memory;
mod mistake;
mod model;
mod one_line;
mod placement;
pub mod published;
mod ranking;
mod recommend;
mod reply;
mod speed;
mod tensors;
mod tiers;

pub use audit::audit;
pub use catalogue::{Catalogue, CatalogueError};
pub use commands::{Commands, Runtime, Shell};
pub use format::{Format, KvCache, Use};
pub use installed::Installed;
pub use memory::{Load, Memory, largest_context};
pub use mistake::{Mistake, line_at};
pub use model::{
    Attention, Cache, Experts, Gguf, Kept, Latent, Model, OllamaFiles, Recurrent, Sliding,
};
pub use one_line::one_line;
pub use placement::Placement;
pub use recommend::{
    ASSUMED_DESKTOP_GIB, DEFAULT_CONTEXT_TOKENS, MAX_CONTEXT_TOKENS, MAX_VRAM_GIB, Query,
    QueryError, recommend,
};
pub use reply::{ModelFit, Recommendation, SmallerContext};
pub use speed::{Bandwidth, Card, cards, gbps_of_memory};
pub use tiers::Tier;
