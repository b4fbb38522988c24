use crate::{gpu::GpuInfo, protocol::LoudStatus, quiet::FIRST_DRIVER, units::Watts};

const HOW: &str = "“gpu-keepalive quiet” in a terminal shows how.";

/// Renders what quiet servers would bring, and where to find how they are made so.
pub fn present_loud(loud: &mut LoudStatus, currency: &str, gpu: &GpuInfo) {
    let them = match loud.servers.len() {
        0 | 1 => "it",
        _ => "them",
    };
    if !loud.possible {
        loud.text = format!(
            "NVIDIA's driver {FIRST_DRIVER} or later is needed to let {them} rest; yours is {}.",
            gpu.driver_version
        );
        return;
    }
    loud.text = match (loud.power_w, loud.idle_w, loud.month_kwh) {
        (Some(Watts(power)), Some(Watts(idle)), Some(kwh)) => {
            let saved = saving(kwh, loud.month_cost, currency);
            format!(
                "Made quiet, this GPU would rest at {idle:.0} W instead of {power:.0} W: {saved} a \
                 month."
            )
        }
        (Some(_), Some(_), None) => {
            loud.text = format!("Making {them} quiet would save nothing on this GPU.");
            return;
        }
        (Some(Watts(power)), None, _) => format!(
            "Made quiet, this GPU would draw less than its {power:.0} W between requests; how much \
             less is known once it was seen at rest."
        ),
        (None, ..) => "Made quiet, this GPU would draw less between requests.".to_owned(),
    };
    loud.how = Some(HOW.to_owned());
}

/// `34 kWh, 10.30 EUR`.
fn saving(kwh: f64, cost: Option<f64>, currency: &str) -> String {
    let energy = match kwh {
        0.0..10.0 => format!("{kwh:.1} kWh"),
        _ => format!("{kwh:.0} kWh"),
    };
    match cost {
        Some(cost) => format!("{energy}, {cost:.2} {currency}"),
        None => energy,
    }
}
