use std::{io, process::ExitCode};

use gpu_keepalive_core::{
    gpu::{GpuError, GpuErrorKind},
    protocol::ErrorCode,
    status_text::capitalised,
};
use gpu_keepalive_engine::{
    gpu::simulated::LoadScenarioError,
    output_queue::OutputQueue,
    settings_store::StoreError,
    socket::{ClientError, ConnectError},
};

const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
const NO_ENGINE: u8 = 3;
const NO_GPU: u8 = 4;

/// What the caller wrote cannot be done as written.
#[derive(Debug)]
pub(crate) struct WrongUsage(pub(crate) String);

impl std::fmt::Display for WrongUsage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUsage {}

/// Writes to standard error what went wrong and what to do; the exit code for it.
pub(crate) fn report(error: &anyhow::Error, errors: &OutputQueue) -> ExitCode {
    if error.downcast_ref::<io::Error>().map(io::Error::kind) == Some(io::ErrorKind::BrokenPipe) {
        // Whoever read our output has seen enough.
        return ExitCode::SUCCESS;
    }
    let mut text = format!("gpu-keepalive: {}\n", sentence(error));
    if let Some(error) = error.downcast_ref::<GpuError>() {
        let kind = error.kind;
        text += &format!("{}. {}\n", capitalised(kind.meaning()), kind.advice());
    }
    errors.push(text.into_bytes());
    ExitCode::from(code(error))
}

/// The error and its causes, each once: most of ours say what the system said themselves.
fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if sentence.is_empty() {
            sentence = cause;
        } else if !sentence.contains(&cause) {
            sentence += &format!(": {cause}");
        }
    }
    sentence
}

fn code(error: &anyhow::Error) -> u8 {
    if let Some(ConnectError::NotRunning) = error.downcast_ref() {
        return NO_ENGINE;
    }
    let wrong_setting = error
        .downcast_ref()
        .is_some_and(StoreError::is_wrong_request);
    if error.is::<WrongUsage>() || error.is::<LoadScenarioError>() || wrong_setting {
        return WRONG_USAGE;
    }
    if let Some(ClientError::Refused(refusal)) = error.downcast_ref()
        && refusal.code == ErrorCode::InvalidArgument
    {
        return WRONG_USAGE;
    }
    match error.downcast_ref::<GpuError>() {
        Some(error) if means_no_gpu(error.kind) => NO_GPU,
        _ => FAILED,
    }
}

fn means_no_gpu(kind: GpuErrorKind) -> bool {
    use GpuErrorKind::*;
    matches!(
        kind,
        NvmlMissing | CudaMissing | DriverTooOld | VersionMismatch | DriverNotLoaded | NoGpu
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpu_keepalive_core::protocol::ApiError;

    #[test]
    fn a_cause_is_said_once() {
        let source = || io::Error::other("disk full");
        let path = || "a.sock".into();
        let error = anyhow::Error::from(ConnectError::Io {
            path: path(),
            source: source(),
        });
        assert_eq!(
            sentence(&error),
            "cannot reach GPU Keepalive at a.sock: disk full"
        );
        assert_eq!(
            sentence(&anyhow::Error::from(source()).context("no")),
            "no: disk full"
        );
    }

    #[test]
    fn exit_codes_are_the_contracts() {
        let refused = |code| anyhow::Error::from(ClientError::Refused(ApiError::new(code, "no")));
        let gpu = |kind| anyhow::Error::from(GpuError::new(kind, "no"));
        let cases = [
            (anyhow::anyhow!("broken"), FAILED),
            (refused(ErrorCode::SettingsNotWritten), FAILED),
            (ClientError::Closed.into(), FAILED),
            (gpu(GpuErrorKind::GpuLost), FAILED),
            (refused(ErrorCode::InvalidArgument), WRONG_USAGE),
            (WrongUsage("no".to_owned()).into(), WRONG_USAGE),
            (ConnectError::NotRunning.into(), NO_ENGINE),
            (
                anyhow::Error::from(ConnectError::NotRunning).context("more"),
                NO_ENGINE,
            ),
            (gpu(GpuErrorKind::NoGpu), NO_GPU),
            (gpu(GpuErrorKind::NvmlMissing).context("more"), NO_GPU),
        ];
        for (error, expected) in cases {
            assert_eq!(code(&error), expected, "{error:#}");
        }
    }
}
