use std::fmt::Write;

use gpu_keepalive_core::protocol::{EnergyDay, EnergyReport, Request};
use gpu_keepalive_engine::{clock::Clock, engine::StateFolder, paths::Paths};
use serde_json::json;

use crate::{
    output,
    reach::{self, ask},
    settings,
};

#[cfg(test)]
mod tests;

/// Cells of the longest bar.
const BAR_CELLS: f64 = 20.0;

/// Prints what keeping the GPUs ready cost and brought, from the running engine or from its state
/// folder.
pub(crate) async fn energy(days: u32, as_json: bool) -> anyhow::Result<()> {
    let report = report(days).await?;
    if as_json {
        output::write_json(&json!({"days": report.days, "currency": report.currency}))?;
    } else {
        output::write(render(&report).as_bytes())?;
    }
    Ok(())
}

async fn report(days: u32) -> anyhow::Result<EnergyReport> {
    if let Some(mut client) = reach::engine_if_any().await? {
        return Ok(ask!(client, Request::Energy { days }, Energy));
    }
    let places = Paths::of_user()?;
    let settings = settings::load()?;
    let kept = StateFolder::open(places.state);
    if let Some(why) = kept.energy_unread() {
        output::note(why);
    }
    Ok(kept.energy_report(days, &Clock::Boot, &settings.settings().energy))
}

/// The report as text: a line a day, a bar, totals.
fn render(report: &EnergyReport) -> String {
    let days = &report.days;
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return "Nothing is recorded yet. The first figures appear once the keepalive has run.\n"
            .to_owned();
    };
    let total = total(days);
    let mut rows = vec![heading(&report.currency)];
    let most = days.iter().filter_map(|d| d.warm_wh).fold(0.0, f64::max);
    rows.extend(days.iter().map(|day| row(day, most)));
    if days.len() > 1 {
        rows.push(Default::default());
        rows.push(row(&total, 0.0));
    }
    if days.iter().all(|day| day.cost.is_none()) {
        rows.iter_mut().for_each(|row| row[COST].clear());
    }
    let stood_by = days.iter().any(|day| day.standby_s > 0.0);
    if !stood_by {
        rows.iter_mut()
            .flat_map(|row| &mut row[SAVED..=STOOD_BY])
            .for_each(String::clear);
    }
    let mut text = format!(
        "Energy spent on keeping the GPU ready, {}\n\n",
        span(first, last)
    );
    text += &table(&rows);
    text += "\nCounts the power above idle while the clocks were held and no other program was \
             computing.\n";
    if stood_by {
        text += "Saved: what holding the clocks would have cost while they were down and requests \
                 were watched for.\n";
    }
    text += &notes(days);
    text
}

/// The day, what was spent, its cost, how long the clocks were held, what was saved, how long it
/// stood by, cold starts avoided, and a bar.
type Row = [String; 8];

const COST: usize = 2;
const SAVED: usize = 4;
const STOOD_BY: usize = 5;
const BAR: usize = 7;

fn heading(currency: &str) -> Row {
    let currency = match currency {
        "" => "Cost",
        currency => currency,
    };
    [
        "Day",
        "Wh",
        currency,
        "Held",
        "Wh saved",
        "Standby",
        "Cold starts avoided",
        "",
    ]
    .map(str::to_owned)
}

fn row(day: &EnergyDay, most_wh: f64) -> Row {
    let unknown = || "unknown".to_owned();
    [
        day.date.clone(),
        day.warm_wh.map_or_else(unknown, |wh| format!("{wh:.2}")),
        day.cost.map_or_else(unknown, |cost| format!("{cost:.3}")),
        duration(day.warm_s),
        day.saved_wh.map_or_else(unknown, |wh| format!("{wh:.2}")),
        duration(day.standby_s),
        day.cold_starts_avoided.to_string(),
        bar(day.warm_wh.unwrap_or(0.0), most_wh),
    ]
}

fn total(days: &[EnergyDay]) -> EnergyDay {
    let sum = |value: fn(&EnergyDay) -> Option<f64>| {
        days.iter()
            .filter_map(value)
            .reduce(|sum, value| sum + value)
    };
    EnergyDay {
        date: "Total".to_owned(),
        warm_wh: sum(|day| day.warm_wh),
        saved_wh: sum(|day| day.saved_wh),
        cost: sum(|day| day.cost),
        warm_s: days.iter().map(|day| day.warm_s).sum(),
        standby_s: days.iter().map(|day| day.standby_s).sum(),
        cold_starts_avoided: days.iter().map(|day| day.cold_starts_avoided).sum(),
    }
}

fn span(first: &EnergyDay, last: &EnergyDay) -> String {
    if first.date == last.date {
        return first.date.clone();
    }
    format!("{} to {}", first.date, last.date)
}

/// Draws at least one cell for every day that cost anything.
fn bar(wh: f64, most_wh: f64) -> String {
    if wh <= 0.0 || most_wh <= 0.0 {
        return String::new();
    }
    let cells = (wh / most_wh * BAR_CELLS).round().max(1.0);
    "█".repeat(cells as usize)
}

fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    match minutes {
        0 => format!("{seconds:.0} s"),
        1..60 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// Numbers to the right, the day and the bar to the left; a column without anything is left out.
fn table(rows: &[Row]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; 8] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            // Writing to a String cannot fail.
            let _ = match column {
                _ if width == 0 => Ok(()),
                0 => write!(line, "{cell:<width$}"),
                BAR => write!(line, "  {cell}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn notes(days: &[EnergyDay]) -> String {
    let mut text = String::new();
    if days.iter().any(|day| day.warm_wh.is_none()) {
        text += "Unknown: the GPU has not been idle yet, or its driver reports neither energy nor \
                 power.\n";
    }
    if days.iter().any(|day| day.saved_wh.is_none()) {
        text += "Savings are known once this GPU was seen with its clocks held and with its clocks \
                 down.\n";
    }
    let costs_known = days.iter().any(|day| day.cost.is_some());
    let energy_known = days.iter().any(|day| day.warm_wh.is_some());
    if energy_known && !costs_known {
        text += "To see the cost, set your price: gpu-keepalive settings set energy.price_per_kwh \
                 0.30\n";
    }
    text
}
