use gpu_keepalive_core::{protocol::Status, quiet::Scope, units::Watts};

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
    let (gpu, loud, server) = (found.gpu, found.loud, found.server);
    let watts = |watts: Option<Watts>| {
        watts.map_or("not known".to_owned(), |watts| format!("{:.0} W", watts.0))
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
    text += &match found.unit.as_ref().map(|unit| unit.scope) {
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
