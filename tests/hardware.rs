//! On a real GPU: checks that no fake can make. Ignored unless asked for; `cargo xtask hardware`
//! lays out a folder that asks.
//!
//! No setting of the GPU is changed. What a test finds out beside its verdict it notes, and the
//! notes become part of the record.

mod beside;
mod boost;
mod card;
mod driver;
mod engine;
