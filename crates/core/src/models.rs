//! Which models fit a card: a catalogue as data, honest arithmetic, and a handful of suggestions.
//!
//! Sizes are in binary gigabytes (GiB) throughout, for one card: VRAM of several cards is never
//! added up, because a model split over cards pays for it in ways that a sum hides.
//!
//! ```
//! use gpu_keepalive_core::models::{Catalogue, Query, recommend, render};
//!
//! let answer = recommend(Catalogue::embedded(), &Query::for_vram(24.0))?;
//! println!("{}", render(&answer));
//! # Ok::<(), gpu_keepalive_core::models::QueryError>(())
//! ```

mod catalogue;
mod format;
mod memory;
mod model;
mod recommend;
mod render;
mod tiers;

pub use catalogue::{Catalogue, CatalogueError};
pub use format::{Format, KvCache};
pub use memory::{Memory, largest_context, layers_that_fit};
pub use model::{Attention, Experts, Model};
pub use recommend::{
    ASSUMED_DESKTOP_GIB, DEFAULT_CONTEXT_TOKENS, MAX_VRAM_GIB, Query, QueryError, recommend,
};
pub use render::render;
pub use tiers::Tier;
