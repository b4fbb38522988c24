use gpu_keepalive_core::benchmark::Platform;
use sysinfo::System;

/// The system that a benchmark runs on.
pub(crate) fn read() -> Platform {
    let known = |value: Result<String, sysinfo::Error>| value.unwrap_or_default();
    Platform::new(
        &known(System::name()),
        &known(System::os_version()),
        &known(System::kernel_version()),
        std::env::consts::ARCH,
    )
}
