//! Quiet servers: programs whose CUDA context does not raise the clocks, so that the GPU rests while
//! a model is loaded.
//!
//! NVIDIA's variable does that. “`CUDA_DISABLE_PERF_BOOST`” is read by libcuda on Linux from driver
//! 580.105.08 on (NVIDIA's README of that driver); set by `gpu-keepalive serve`.

use crate::{
    gpu::GpuInfo,
    protocol::{ClientStatus, LoudStatus},
    settings::EnergySettings,
    units::Watts,
};

mod drop_in;
#[cfg(test)]
mod tests;
mod unit;

pub use drop_in::{DropIn, FILE_NAME};
pub use unit::{Scope, Unit, UnitName};

/// A twelfth of a year.
const MONTH_HOURS: f64 = 365.25 * 24.0 / 12.0;

/// Keeps libcuda from requesting the driver's boost for a context.
pub const VARIABLE: &str = "CUDA_DISABLE_PERF_BOOST";
/// The first driver that reads it.
pub const FIRST_DRIVER: &str = "580.105.08";

/// Returns true if libcuda of that driver reads the variable.
pub fn is_read_by(driver_version: &str) -> bool {
    let parts = |version: &str| -> Option<Vec<u32>> {
        version.split('.').map(|part| part.parse().ok()).collect()
    };
    match (parts(driver_version), parts(FIRST_DRIVER)) {
        (Some(version), Some(first)) => version >= first,
        _ => false,
    }
}

/// Returns true if that value of the variable has an effect.
pub fn is_set(value: &str) -> bool {
    !matches!(value.trim(), "" | "0")
}

/// Returns whether a process with that environment (`/proc/PID/environ`) is quiet; `None` where
/// that is unknown: programs that set their own title write it over their environment.
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

/// The savings of quiet servers, from the powers as they were measured: nothing is estimated.
pub fn loud(
    servers: Vec<ClientStatus>,
    power: Option<Watts>,
    idle: Option<Watts>,
    energy: &EnergySettings,
    gpu: &GpuInfo,
) -> LoudStatus {
    let saved = power.zip(idle).map(|(power, idle)| power.0 - idle.0);
    let month_kwh = saved
        .filter(|watts| *watts > 0.0)
        .map(|watts| watts * MONTH_HOURS / 1000.0);
    let month_cost = month_kwh.zip(energy.price_per_kwh).map(|(kwh, p)| kwh * p);
    let mut loud = LoudStatus {
        servers,
        power_w: power,
        idle_w: idle,
        month_kwh,
        month_cost,
        possible: gpu.knows_quiet_programs(),
        text: String::new(),
        how: None,
    };
    crate::status_text::present_loud(&mut loud, &energy.currency, gpu);
    loud
}
