//! The text about energy spent and saved.

use crate::{protocol::EnergyText, settings::EnergySettings};

/// Renders what standing by saved today.
pub fn energy(saved_wh: Option<f64>, settings: &EnergySettings) -> EnergyText {
    let Some(wh) = saved_wh else {
        return EnergyText {
            saved: "Not known yet".to_owned(),
            saved_note: "saved today by resting; it is known after the first answers on this GPU"
                .to_owned(),
        };
    };
    let cost = settings.price_per_kwh.map(|price| wh / 1000.0 * price);
    let cost = cost.filter(|_| wh > 0.0);
    let cost = cost.map(|cost| format!(", about {}", money(cost, &settings.currency)));
    EnergyText {
        saved: watt_hours(wh),
        saved_note: format!("saved today by resting{}", cost.unwrap_or_default()),
    }
}

/// `0.04 Wh`, `12.3 Wh`, `310 Wh`, `1.24 kWh`.
pub fn watt_hours(wh: f64) -> String {
    match wh {
        0.0 => "0 Wh".to_owned(),
        _ if wh < 9.995 => format!("{wh:.2} Wh"),
        _ if wh < 99.95 => format!("{wh:.1} Wh"),
        _ if wh < 999.5 => format!("{wh:.0} Wh"),
        _ => format!("{:.2} kWh", wh / 1000.0),
    }
}

/// `0.09 EUR`; an amount below a cent keeps two digits more.
fn money(amount: f64, currency: &str) -> String {
    let digits = if amount < 0.01 { 4 } else { 2 };
    format!("{amount:.digits$} {currency}")
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_what_was_saved_and_what_that_is_worth() {
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
        insta::assert_snapshot!(rows.join("\n"));
    }
}
