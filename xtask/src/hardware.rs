//! `cargo xtask hardware`.

use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(crate) struct HardwareArgs {}

pub(crate) fn hardware(_args: &HardwareArgs) -> Result<()> {
    anyhow::bail!("not written yet")
}
