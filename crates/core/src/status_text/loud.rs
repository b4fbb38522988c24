use gpu_keepalive_text::{decimal, text};

use crate::{gpu::GpuInfo, protocol::LoudStatus, quiet::FIRST_DRIVER, units::Watts};

/// Renders what quiet servers would bring, and where to find how they are made so.
pub fn present_loud(loud: &mut LoudStatus, currency: &str, gpu: &GpuInfo) {
    let servers = loud.servers.len().max(1);
    if !loud.possible {
        loud.text = text!(
            "loud-driver",
            servers = servers,
            needed = FIRST_DRIVER.to_string(),
            version = &gpu.driver_version
        );
        return;
    }
    loud.text = match (loud.power_w, loud.idle_w, loud.month_kwh) {
        (Some(Watts(power)), Some(Watts(idle)), Some(kwh)) => text!(
            "loud-saves",
            idle = decimal(idle, 0),
            power = decimal(power, 0),
            saved = saving(kwh, loud.month_cost, currency)
        ),
        (Some(_), Some(_), None) => {
            loud.text = text!("loud-saves-nothing", servers = servers);
            return;
        }
        (Some(Watts(power)), None, _) => {
            text!("loud-idle-unknown", power = decimal(power, 0))
        }
        (None, ..) => text!("loud-unknown"),
    };
    loud.how = Some(text!("loud-how"));
}

/// `34 kWh, 10.30 EUR`.
fn saving(kwh: f64, cost: Option<f64>, currency: &str) -> String {
    let decimals = if (0.0..10.0).contains(&kwh) { 1 } else { 0 };
    let energy = decimal(kwh, decimals);
    match cost {
        Some(cost) => format!("{energy} kWh, {} {currency}", decimal(cost, 2)),
        None => format!("{energy} kWh"),
    }
}
