use std::io;

use gpu_keepalive_core::protocol::ApiError;

use super::*;

fn refused(code: ErrorCode) -> anyhow::Error {
    ClientError::Refused(ApiError::new(code, "no")).into()
}

fn gpu(kind: GpuErrorKind) -> anyhow::Error {
    GpuError::new(kind, "nvmlInit_v2: no").into()
}

#[test]
fn a_cause_is_printed_once() {
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
fn exit_codes_and_names_are_the_contracts() {
    let cases = [
        (anyhow::anyhow!("broken"), FAILED, "failed"),
        (
            refused(ErrorCode::SettingsNotWritten),
            FAILED,
            "settings_not_written",
        ),
        (ClientError::Closed.into(), FAILED, "failed"),
        (gpu(GpuErrorKind::GpuLost), FAILED, "gpu_lost"),
        (
            refused(ErrorCode::InvalidArgument),
            WRONG_USAGE,
            "invalid_argument",
        ),
        (
            WrongUsage("no".to_owned()).into(),
            WRONG_USAGE,
            "wrong_usage",
        ),
        (ConnectError::NotRunning.into(), NO_ENGINE, "not_running"),
        (
            anyhow::Error::from(ConnectError::NotRunning).context("more"),
            NO_ENGINE,
            "not_running",
        ),
        (gpu(GpuErrorKind::NoGpu), NO_GPU, "no_gpu"),
        (
            gpu(GpuErrorKind::NvmlMissing).context("more"),
            NO_GPU,
            "nvml_missing",
        ),
        (EngineWithoutGpu("no".to_owned()).into(), NO_GPU, "no_gpu"),
        (
            OutputError::from(io::Error::other("disk full")).into(),
            FAILED,
            "failed",
        ),
    ];
    for (error, exit, code) in cases {
        let failure = Failure::of(&error);
        assert_eq!(
            (failure.exit, failure.code.as_str()),
            (exit, code),
            "{error:#}"
        );
    }
}

#[test]
fn the_drivers_text_is_details() {
    let failure = Failure::of(&gpu(GpuErrorKind::NvmlMissing).context("cannot list the GPUs"));
    assert_eq!(
        failure.text(),
        "gpu-keepalive: cannot list the GPUs: the NVIDIA driver is not installed. Install the \
         NVIDIA driver.\nDetails: nvmlInit_v2: no\n"
    );
}
