use anyhow::bail;
use gpu_keepalive_core::quiet::{DropIn, Scope, Unit, UnitName};
use gpu_keepalive_engine::quiet_units::{QuietUnits, Written};
use serde_json::json;

use crate::output;

/// Makes a service of the user quiet.
pub(super) fn write(unit: UnitName, as_json: bool) -> anyhow::Result<()> {
    let units = QuietUnits::of_user()?;
    if units.is_of_system(&unit) {
        let scope = Scope::System;
        let commands = Unit {
            scope,
            name: unit.clone(),
        }
        .commands()
        .join("\n  ");
        bail!(
            "{unit} is a service of the system, which takes an administrator:\n  {commands}\n\
             Nothing was written."
        );
    }
    if !units.engine_starts_at_login() {
        bail!(
            "nothing was written: {unit} would be quiet with nothing to wake the GPU for it, which \
             is slower than now. Use “systemctl --user enable --now gpu-keepalive.service”, or \
             “Start at login” in the app, then try again"
        );
    }
    let drop_in = DropIn::of(unit);
    let written = units.write(&drop_in)?;
    let done = match written {
        Written::Now => "Written",
        Written::Already => "It was there already",
    };
    print_result("written", done, &units, &drop_in, as_json)
}

/// Undoes that.
pub(super) fn remove(unit: UnitName, as_json: bool) -> anyhow::Result<()> {
    let units = QuietUnits::of_user()?;
    let drop_in = DropIn::of(unit);
    units.remove(&drop_in)?;
    print_result("removed", "Removed", &units, &drop_in, as_json)
}

fn print_result(
    key: &str,
    done: &str,
    units: &QuietUnits,
    drop_in: &DropIn,
    as_json: bool,
) -> anyhow::Result<()> {
    let path = units.path(drop_in).display().to_string();
    let commands = drop_in.restart();
    if as_json {
        output::write_json(&json!({key: path, "commands": commands}))?;
    } else {
        let commands = commands.join("\n  ");
        let text = format!(
            "{done}: {path}\nNothing was restarted. These commands have the service take it up:\n  \
             {commands}\n"
        );
        output::write(text.as_bytes())?;
    }
    Ok(())
}
