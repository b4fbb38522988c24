//! `cargo xtask bench`.

use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(crate) struct BenchArgs {}

pub(crate) fn bench(_args: &BenchArgs) -> Result<()> {
    anyhow::bail!("not written yet")
}
