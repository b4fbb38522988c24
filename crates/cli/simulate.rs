use std::{fs, path::Path};

use gpu_keepalive_core::simulation::{PRESETS, Scenario};

use crate::exit::WrongUsage;

/// The scenario that `--simulate` names: a preset, or else a file.
pub(crate) fn scenario(name: &str) -> Result<Scenario, WrongUsage> {
    if let Some(preset) = Scenario::preset(name) {
        return Ok(preset);
    }
    if !looks_like_a_file(name) {
        let presets = PRESETS.map(|(name, _)| name).join(", ");
        return Err(WrongUsage(format!(
            "there is no simulation “{name}”; use one of {presets}, or a scenario file"
        )));
    }
    let text = fs::read_to_string(name)
        .map_err(|error| WrongUsage(format!("cannot read the scenario file {name}: {error}")))?;
    Scenario::parse(name, &text).map_err(|error| WrongUsage(error.to_string()))
}

fn looks_like_a_file(name: &str) -> bool {
    let path = Path::new(name);
    path.exists() || path.extension().is_some() || path.components().count() > 1
}
