//! `serve`: starts an AI server that lets the GPU rest.

use std::{ffi::OsString, path::Path};

use anyhow::Context;

use crate::exit::End;

#[cfg(target_os = "linux")]
mod link;
#[cfg(target_os = "linux")]
mod plan;
#[cfg(target_os = "linux")]
mod supervise;

/// Steps that must happen before this program has a second thread.
pub(crate) fn before_any_thread() {
    #[cfg(target_os = "linux")]
    supervise::block_signals();
}

/// Starts the command, quiet where something wakes the GPU for it. The exit code is the command's.
pub(crate) async fn serve(command: &[OsString]) -> anyhow::Result<End> {
    let (program, _) = command.split_first().context("no command was given")?;
    let file = Path::new(program).file_name().unwrap_or(program);
    let name = format!("“{}”", file.to_string_lossy());
    #[cfg(target_os = "linux")]
    {
        let (link, notes) = plan::plan(&name).await;
        notes.iter().for_each(|text| note(text));
        match link {
            None => Ok(supervise::become_it(command).into()),
            Some(link) => Ok(supervise::run(command, link).await?.into()),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        note(&format!(
            "{name} runs unchanged: only NVIDIA's driver for Linux lets a server rest."
        ));
        crate::inference::run(command).await
    }
}

/// Standard output is the command's alone.
fn note(text: &str) {
    crate::output::note(format_args!("gpu-keepalive: {text}"));
}
