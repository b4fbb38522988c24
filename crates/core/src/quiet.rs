//! Quiet servers: programs whose CUDA context does not raise the clocks, so that the GPU rests while
//! a model is loaded.
//!
//! NVIDIA's variable does that. “`CUDA_DISABLE_PERF_BOOST`” is read by libcuda on Linux from driver
//! 580.105.08 on (NVIDIA's README of that driver); set by `gpu-keepalive serve`.

#[cfg(test)]
mod tests;

/// Keeps libcuda from requesting the driver's boost for a context.
pub const VARIABLE: &str = "CUDA_DISABLE_PERF_BOOST";
/// The first driver that reads it.
pub const FIRST_DRIVER: &str = "580.105.08";

/// Whether libcuda of that driver reads the variable.
pub fn is_read_by(driver_version: &str) -> bool {
    let parts = |version: &str| -> Option<Vec<u32>> {
        version.split('.').map(|part| part.parse().ok()).collect()
    };
    match (parts(driver_version), parts(FIRST_DRIVER)) {
        (Some(version), Some(first)) => version >= first,
        _ => false,
    }
}

/// Whether that value of the variable has an effect.
pub fn is_set(value: &str) -> bool {
    !matches!(value.trim(), "" | "0")
}

/// Whether a process with that environment (`/proc/PID/environ`) is quiet; `None` where it says
/// nothing: programs that set their own title write it over their environment.
pub fn is_quiet(environment: &[u8]) -> Option<bool> {
    let variables = environment.split(|byte| *byte == 0);
    let variables = variables.filter(|variable| !variable.is_empty());
    // The first assignment of a name is the one that getenv finds.
    let value = variables.clone().find_map(|variable| {
        let value = variable.strip_prefix(VARIABLE.as_bytes())?;
        value.strip_prefix(b"=")
    });
    if let Some(value) = value {
        return Some(is_set(&String::from_utf8_lossy(value)));
    }
    let mut whole = variables
        .map(|variable| variable.contains(&b'='))
        .peekable();
    (whole.peek().is_some() && whole.all(|whole| whole)).then_some(false)
}
