//! The text about energy spent and saved.

use gpu_keepalive_text::{decimal, key, text};

use crate::{protocol::EnergyText, settings::EnergySettings};

/// Renders what standing by saved today.
pub fn energy(saved_wh: Option<f64>, settings: &EnergySettings) -> EnergyText {
    let Some(wh) = saved_wh else {
        let unknown = key!("saved-unknown");
        return EnergyText {
            saved: unknown.text(),
            saved_note: unknown.attribute("note"),
        };
    };
    let cost = settings.price_per_kwh.map(|price| wh / 1000.0 * price);
    let cost = cost.filter(|_| wh > 0.0);
    let money = |amount| money(amount, &settings.currency);
    EnergyText {
        saved: watt_hours(wh),
        saved_note: match cost {
            Some(cost) if cost < LEAST => text!("saved-note-cost-below", cost = money(LEAST)),
            Some(cost) => text!("saved-note-cost", cost = money(cost)),
            None => text!("saved-note"),
        },
    }
}

/// `0.04 Wh`, `12.3 Wh`, `310 Wh`, `1.24 kWh`.
pub fn watt_hours(wh: f64) -> String {
    match wh {
        0.0 => "0 Wh".to_owned(),
        _ if wh < 9.995 => format!("{} Wh", decimal(wh, 2)),
        _ if wh < 99.95 => format!("{} Wh", decimal(wh, 1)),
        _ if wh < 999.5 => format!("{} Wh", decimal(wh, 0)),
        _ => format!("{} kWh", decimal(wh / 1000.0, 2)),
    }
}

/// The smallest amount that is written.
const LEAST: f64 = 0.01;

/// `0.09 EUR`.
fn money(amount: f64, currency: &str) -> String {
    format!("{} {currency}", decimal(amount, 2))
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_what_was_saved_and_what_that_is_worth() {
        assert_in_every_language!("states_what_was_saved_and_what_that_is_worth", lines());
    }

    fn lines() -> String {
        let settings = |price_per_kwh| EnergySettings {
            price_per_kwh,
            currency: "EUR".to_owned(),
            daily_budget_wh: None,
        };
        let line = |wh, price| {
            let text = energy(wh, &settings(price));
            format!("{} {}", text.saved, text.saved_note)
        };
        let rows = [
            line(None, Some(0.3)),
            line(Some(0.0), Some(0.3)),
            line(Some(0.042), None),
            line(Some(3.146), Some(0.3)),
            line(Some(99.96), Some(0.3)),
            line(Some(310.4), Some(0.3)),
            line(Some(1240.0), Some(0.3)),
        ];
        rows.join("\n")
    }
}
