use gpu_keepalive_core::{protocol::Status, quiet::Scope};

use super::Found;
use crate::{output, text::wrapped};

const WIDTH: usize = 78;

/// Every server with its power and what makes it quiet. `user` runs us.
pub(super) fn render(found: &[Found<'_>], status: &Status, user: u32) -> String {
    let simulated = output::simulated_suffix(status);
    if found.is_empty() {
        return format!("No AI server keeps a GPU at full speed by itself{simulated}.\n");
    }
    let blocks: Vec<_> = found
        .iter()
        .map(|one| block(one, simulated, user))
        .collect();
    blocks.join("\n")
}

fn block(found: &Found<'_>, simulated: &str, user: u32) -> String {
    let Found {
        gpu,
        loud,
        server,
        unit,
    } = found;
    let watts = |watts: Option<gpu_keepalive_core::units::Watts>| match watts {
        Some(watts) => format!("{:.0} W", watts.0),
        None => "not known".to_owned(),
    };
    let mut text = format!(
        "{} (process {}) keeps GPU {}, {}, at full speed between requests{simulated}.\n",
        server.name,
        server.pid,
        gpu.index,
        gpu.short_name(),
    );
    text += &format!("  Between requests: {}\n", watts(loud.power_w));
    text += &format!("  With quiet servers: {}\n", watts(loud.idle_w));
    for line in wrapped(&loud.text, WIDTH) {
        text += &format!("  {line}\n");
    }
    if !loud.possible {
        return text;
    }
    text += &match unit.as_ref().map(|unit| unit.scope) {
        Some(Scope::User(id)) if id == user => "  It is a service of yours:\n".to_owned(),
        Some(Scope::User(id)) => format!("  It is a service of the user with the id {id}:\n"),
        Some(Scope::System) => "  It is a service of the system:\n".to_owned(),
        None => {
            "  Start it with the first of these, or with the second where GPU Keepalive always \
                 runs:\n"
                .to_owned()
        }
    };
    for command in found.commands() {
        text += &format!("    {command}\n");
    }
    text
}
