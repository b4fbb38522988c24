//! What the tray shows, as a plain value made from the status.

use gpu_keepalive_core::{
    protocol::{GpuStatus, PauseReason, Phase, Severity, Status},
    settings::Mode,
};

mod icon;
#[cfg(target_os = "linux")]
pub(crate) mod panel;
mod render;

pub(crate) use icon::TrayIcon;
pub(crate) use render::TrayThread;

/// Everything the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrayView {
    pub(crate) icon: TrayIcon,
    /// Lines for the pointer that rests on the icon.
    pub(crate) tooltip: String,
    pub(crate) menu: Vec<MenuEntry>,
}

/// One entry of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MenuEntry {
    /// Something to do.
    Item(MenuAction, String),
    /// Something that is on or off.
    Check(MenuAction, String, bool),
    Submenu(String, Vec<MenuEntry>),
    Separator,
}

/// What a click in the menu asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MenuAction {
    KeepWarm,
    /// Pause for so many minutes; until resumed without.
    Pause(Option<u32>),
    Resume,
    Mode(Mode),
    Open,
    Setup,
    Diagnostics,
    StartAtLogin,
    Quit,
}

/// Whose engine the tray shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EngineAt {
    /// The one in this process.
    #[default]
    Here,
    /// The one of `gpu-keepalive run`.
    CommandLine,
    /// None: another one just ended and ours is starting.
    Nowhere,
}

impl TrayView {
    /// The tray for that status, engine and entry at login (`None` where it cannot be told).
    pub(crate) fn of(status: &Status, engine: EngineAt, starts_at_login: Option<bool>) -> Self {
        let head = headlines(status, engine);
        Self {
            icon: TrayIcon::of(status, engine),
            tooltip: head.join("\n"),
            menu: menu(status, head, starts_at_login),
        }
    }
}

fn menu(status: &Status, head: Vec<String>, starts_at_login: Option<bool>) -> Vec<MenuEntry> {
    use MenuEntry::{Check, Item, Separator};
    // Not lines to read: desktops show those in a grey that is hard to read.
    let open = |line| Item(MenuAction::Open, line);
    let mut menu: Vec<MenuEntry> = head.into_iter().map(open).collect();
    menu.extend(worst_notice(status));
    menu.extend([
        Separator,
        Check(
            MenuAction::KeepWarm,
            "Keep GPU warm".to_owned(),
            status.engine.enabled,
        ),
        pause(status),
        modes(status.engine.mode),
        Separator,
    ]);
    if status.gpus.len() > 1 {
        menu.extend(status.gpus.iter().map(|gpu| open(numbered(gpu))));
        menu.push(Separator);
    }
    menu.extend([
        Item(MenuAction::Open, "Open".to_owned()),
        Item(MenuAction::Setup, "Setup…".to_owned()),
    ]);
    menu.extend(
        starts_at_login.map(|on| Check(MenuAction::StartAtLogin, "Start at login".to_owned(), on)),
    );
    menu.extend([Separator, Item(MenuAction::Quit, "Quit".to_owned())]);
    menu
}

/// The first lines of the menu and the whole tooltip: how the worst GPU is, and why.
fn headlines(status: &Status, engine: EngineAt) -> Vec<String> {
    let mut lines = Vec::new();
    if engine == EngineAt::Nowhere {
        return vec!["Starting".to_owned()];
    }
    match icon::worst(status) {
        Some(gpu) => {
            let simulated = if status.engine.simulated {
                "Simulated: "
            } else {
                ""
            };
            lines.push(format!("{simulated}{}", readings(gpu)));
            lines.push(gpu.phase_text.clone());
        }
        None => lines.push(
            icon::no_gpu(status)
                .map_or("Looking for GPUs", |_| "No GPU")
                .to_owned(),
        ),
    }
    if engine == EngineAt::CommandLine {
        lines.push("Run from the command line".to_owned());
    }
    lines
}

/// `RTX 4090 · P2 · 2520 MHz · 54 °C · 31 W`, without what is not known.
fn readings(gpu: &GpuStatus) -> String {
    let readings = [
        gpu.pstate.map(|pstate| pstate.to_string()),
        gpu.sm_clock_mhz.map(|clock| clock.to_string()),
        gpu.temperature_c.map(|temperature| temperature.to_string()),
        // Tenths would change the menu every second and tell nobody more.
        gpu.power_w.map(|power| format!("{:.0} W", power.0)),
    ];
    let known = readings.into_iter().flatten();
    std::iter::once(gpu.short_name().to_owned())
        .chain(known)
        .collect::<Vec<_>>()
        .join(" · ")
}

fn numbered(gpu: &GpuStatus) -> String {
    format!("GPU {}: {}", gpu.index, readings(gpu))
}

/// What is wrong besides the GPUs, in as much as fits a menu; the window has all of it.
fn worst_notice(status: &Status) -> Option<MenuEntry> {
    const LONGEST: usize = 72;
    let notice = status.notices.first()?;
    if notice.severity < Severity::Warning {
        return None;
    }
    let mut text = notice.message.clone();
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST).collect::<String>();
        let whole_words = text.rfind(' ').unwrap_or(text.len());
        text.truncate(whole_words);
        text.push('…');
    }
    Some(MenuEntry::Item(MenuAction::Diagnostics, text))
}

fn pause(status: &Status) -> MenuEntry {
    let by_user = status.engine.pause_remaining_s.is_some()
        || status
            .gpus
            .iter()
            .any(|gpu| gpu.phase == Phase::Paused && gpu.reasons.contains(&PauseReason::User));
    if by_user {
        return MenuEntry::Item(MenuAction::Resume, "Resume".to_owned());
    }
    let choice =
        |minutes, label: &str| MenuEntry::Item(MenuAction::Pause(minutes), label.to_owned());
    MenuEntry::Submenu(
        "Pause".to_owned(),
        vec![
            choice(Some(15), "For 15 minutes"),
            choice(Some(60), "For 1 hour"),
            choice(None, "Until I resume"),
        ],
    )
}

fn modes(current: Mode) -> MenuEntry {
    let choice = |mode, label: &str| {
        MenuEntry::Check(MenuAction::Mode(mode), label.to_owned(), mode == current)
    };
    MenuEntry::Submenu(
        "When to keep it warm".to_owned(),
        vec![
            choice(Mode::OnDemand, "On demand"),
            choice(Mode::WhileLoaded, "While a model is loaded"),
            choice(Mode::Always, "Always"),
        ],
    )
}

#[cfg(test)]
mod tests;
