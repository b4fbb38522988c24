//! The end of a command that failed: the exit code, a sentence for people and an object for
//! programs.

use std::process::{self, ExitCode};

use gpu_keepalive_core::{
    gpu::{GpuError, GpuErrorKind},
    protocol::ErrorCode,
};
use gpu_keepalive_engine::{
    gpu::simulated::LoadScenarioError,
    output_queue::OutputQueue,
    settings_store::StoreError,
    socket::{ClientError, ConnectError},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::output::{self, OutputError};

const FAILED: u8 = 1;
pub(crate) const WRONG_USAGE: u8 = 2;
const NO_ENGINE: u8 = 3;
const NO_GPU: u8 = 4;

/// The exit code of this program.
#[derive(Debug)]
pub(crate) enum End {
    /// One of its own.
    Own(ExitCode),
    /// That of the command it ran, of 32 bits on Windows.
    OfCommand(i32),
}

impl From<ExitCode> for End {
    fn from(code: ExitCode) -> Self {
        Self::Own(code)
    }
}

impl End {
    /// Its code. Ends the program at once with one that no [`ExitCode`] can have.
    pub(crate) fn code(self) -> ExitCode {
        match self {
            Self::Own(code) => code,
            Self::OfCommand(code) => match u8::try_from(code) {
                Ok(code) => ExitCode::from(code),
                Err(_) => process::exit(code),
            },
        }
    }
}

/// An argument that is valid and that cannot be done as written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongUsage(pub(crate) String);

/// The running engine has no GPU; the text is its own.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct EngineWithoutGpu(pub(crate) String);

/// The outcome of a command.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    exit: u8,
    /// For programs.
    code: String,
    /// Sentences for people; the first one continues the program's name.
    message: String,
    /// The driver's own message.
    details: Option<String>,
}

/// Reports what went wrong and what to do: on standard error, and with `as_json` also as an object
/// on standard output. Returns the exit code.
pub(crate) fn report(error: &anyhow::Error, as_json: bool, errors: &OutputQueue) -> ExitCode {
    let unwritten = error.downcast_ref::<OutputError>();
    if unwritten.is_some_and(OutputError::is_unread) {
        return ExitCode::SUCCESS;
    }
    let failure = Failure::of(error);
    errors.push(failure.text().into_bytes());
    if as_json && unwritten.is_none() {
        write_object(&failure.code, &failure.message, failure.details.as_deref());
    }
    ExitCode::from(failure.exit)
}

/// Writes an error as one line of JSON.
pub(crate) fn write_object(code: &str, message: &str, details: Option<&str>) {
    let mut error = json!({"code": code, "message": message});
    if let Some(details) = details {
        error["details"] = Value::from(details);
    }
    let line = format!("{}\n", json!({"error": error}));
    if let Err(error) = output::write(line.as_bytes()) {
        tracing::debug!("the error was not written: {error}");
    }
}

impl Failure {
    fn of(error: &anyhow::Error) -> Self {
        let new = |exit, code: &str| Self {
            exit,
            code: code.to_owned(),
            message: sentence(error),
            details: None,
        };
        if let Some(gpu) = error.downcast_ref::<GpuError>() {
            let exit = if means_no_gpu(gpu.kind) {
                NO_GPU
            } else {
                FAILED
            };
            return Self {
                details: Some(gpu.message.clone()),
                ..new(exit, &name(gpu.kind))
            };
        }
        if error.is::<EngineWithoutGpu>() {
            return new(NO_GPU, &name(GpuErrorKind::NoGpu));
        }
        if let Some(ConnectError::NotRunning) = error.downcast_ref() {
            return new(NO_ENGINE, "not_running");
        }
        if let Some(ClientError::Refused(refusal)) = error.downcast_ref() {
            let exit = match refusal.code {
                ErrorCode::InvalidArgument => WRONG_USAGE,
                _ => FAILED,
            };
            return new(exit, &name(refusal.code));
        }
        let wrong_setting = error
            .downcast_ref()
            .is_some_and(StoreError::is_wrong_request);
        if wrong_setting || error.is::<WrongUsage>() || error.is::<LoadScenarioError>() {
            return new(WRONG_USAGE, "wrong_usage");
        }
        new(FAILED, "failed")
    }

    fn text(&self) -> String {
        let details = self.details.as_ref();
        let details = details.map_or_else(String::new, |text| format!("Details: {text}\n"));
        format!("gpu-keepalive: {}\n{details}", self.message)
    }
}

/// The error and its causes, each once: most of ours include the system's message themselves. Of a
/// failed driver the meaning and the advice are shown.
fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain() {
        let text = match cause.downcast_ref::<GpuError>() {
            Some(gpu) => format!("{}. {}", gpu.meaning(), gpu.advice()),
            None => cause.to_string(),
        };
        if sentence.is_empty() {
            sentence = text;
        } else if !sentence.contains(&text) {
            sentence += &format!(": {text}");
        }
    }
    sentence
}

/// The name that it has in JSON.
fn name(code: impl Serialize) -> String {
    let name = serde_json::to_value(code).expect("a name");
    name.as_str().unwrap_or_default().to_owned()
}

fn means_no_gpu(kind: GpuErrorKind) -> bool {
    use GpuErrorKind::*;
    matches!(
        kind,
        NvmlMissing | CudaMissing | DriverTooOld | VersionMismatch | DriverNotLoaded | NoGpu
    )
}

#[cfg(test)]
mod tests;
