//! The content of the tray, as a plain value made from the status.

use std::collections::BTreeMap;

use gpu_keepalive_core::{
    protocol::{GpuStatus, HoldStatus, LoginEntryState, Severity, Status},
    settings::Mode,
};
use gpu_keepalive_text::text;
use serde::{Deserialize, Serialize};

#[cfg(any(windows, test))]
pub(crate) mod fitting;
mod icon;
mod render;
pub(crate) mod texts;

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

/// The request of a click in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MenuAction {
    KeepReady,
    /// Full speed now, for so many minutes.
    FullSpeed(u32),
    /// Pause for so many minutes; until resumed without.
    Pause(Option<u32>),
    Resume,
    Mode(Mode),
    /// End a program's request for full speed, by its id.
    EndHold(u64),
    Open,
    Setup,
    Diagnostics,
    StartAtLogin,
    Quit,
}

/// The engine that the tray shows, by its owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EngineAt {
    /// The one in this process.
    #[default]
    Here,
    /// The one of `gpu-keepalive run`.
    CommandLine,
    /// None: the last one just ended and ours is starting.
    Nowhere,
}

impl TrayView {
    /// The tray for that status, engine and entry at login (`None` where it cannot be read).
    pub(crate) fn of(
        status: &Status,
        engine: EngineAt,
        login_entry: Option<LoginEntryState>,
    ) -> Self {
        let head = headlines(status, engine);
        Self {
            icon: TrayIcon::of(status, engine),
            tooltip: head.join("\n"),
            menu: menu(status, head, login_entry),
        }
    }
}

fn menu(
    status: &Status,
    head: Vec<String>,
    login_entry: Option<LoginEntryState>,
) -> Vec<MenuEntry> {
    use MenuEntry::{Check, Item, Separator};
    // Not lines to read: desktops show those in a grey that is hard to read.
    let open = |line: String| Item(MenuAction::Open, shortened(&line));
    let mut menu: Vec<MenuEntry> = head.into_iter().map(open).collect();
    menu.extend(worst_notice(status));
    let enabled = status.engine.enabled;
    menu.extend([
        Separator,
        Check(
            MenuAction::KeepReady,
            texts::label(MenuAction::KeepReady),
            enabled,
        ),
    ]);
    // What cannot work is not offered, as in the window.
    if status.engine.can_be_warmed() {
        menu.push(item(MenuAction::FullSpeed(15)));
    }
    menu.extend(pause(status));
    menu.extend([modes(status)]);
    menu.extend(holds(status));
    menu.push(Separator);
    if status.gpus.len() > 1 {
        menu.extend(status.gpus.iter().map(|gpu| open(numbered(gpu))));
        menu.push(Separator);
    }
    menu.extend([item(MenuAction::Open), item(MenuAction::Setup)]);
    menu.extend(login_entry.map(|state| {
        let label = texts::start_at_login(state);
        let on = state == LoginEntryState::On;
        Check(MenuAction::StartAtLogin, label, on)
    }));
    menu.extend([Separator, item(MenuAction::Quit)]);
    menu
}

fn item(action: MenuAction) -> MenuEntry {
    MenuEntry::Item(action, texts::label(action))
}

/// The first lines of the menu and the whole tooltip: how the worst GPU is, and why.
fn headlines(status: &Status, engine: EngineAt) -> Vec<String> {
    let mut lines = Vec::new();
    if engine == EngineAt::Nowhere {
        return vec![text!("state-starting")];
    }
    match icon::worst(status) {
        Some(gpu) => {
            lines.push(match status.engine.simulated {
                true => text!("simulated", text = readings(gpu)),
                false => readings(gpu),
            });
            lines.push(gpu.text.line.clone());
        }
        None => lines.extend(status.engine.text.no_gpu.clone()),
    }
    if engine == EngineAt::CommandLine {
        lines.push(text!("tray-from-command-line"));
    }
    lines
}

/// `RTX 4090 · P2 · 2520 MHz · 54 °C · 31 W`, without what is not known.
fn readings(gpu: &GpuStatus) -> String {
    let readings = [
        gpu.pstate.map(|pstate| pstate.to_string()),
        gpu.sm_clock_mhz.map(|clock| clock.to_string()),
        gpu.temperature_c.map(|temperature| temperature.to_string()),
        // Tenths would change the menu every second without use.
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

/// The worst notice besides the GPUs; the window has all of them.
fn worst_notice(status: &Status) -> Option<MenuEntry> {
    let notice = status.notices.first()?;
    let matters = notice.severity >= Severity::Warning;
    matters.then(|| MenuEntry::Item(MenuAction::Diagnostics, shortened(&notice.message)))
}

/// As much of it as fits a menu.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 72;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(LONGEST).collect();
    kept.truncate(kept.rfind(' ').unwrap_or(kept.len()));
    kept.push('…');
    kept
}

fn pause(status: &Status) -> Option<MenuEntry> {
    if status.engine.paused {
        return Some(item(MenuAction::Resume));
    }
    let choices = [Some(15), Some(60), None].map(MenuAction::Pause).map(item);
    let pause = || MenuEntry::Submenu(text!("menu-pause"), choices.into());
    status.engine.can_be_paused().then(pause)
}

/// The programs that asked for full speed, each once although it is for several GPUs, to be ended.
fn holds(status: &Status) -> Option<MenuEntry> {
    let all = status.gpus.iter().flat_map(|gpu| &gpu.holds);
    let mut by_id = BTreeMap::new();
    for hold in all {
        if let Some(id) = hold.id {
            by_id.entry(id).or_insert(hold);
        }
    }
    let entry = |(id, hold): (u64, &HoldStatus)| {
        MenuEntry::Item(MenuAction::EndHold(id), shortened(&texts::end_hold(hold)))
    };
    let entries: Vec<_> = by_id.into_iter().map(entry).collect();
    (!entries.is_empty()).then(|| MenuEntry::Submenu(text!("menu-holds"), entries))
}

fn modes(status: &Status) -> MenuEntry {
    let choices = status.engine.text.modes.iter().map(|text| {
        let current = text.mode == status.engine.mode;
        MenuEntry::Check(MenuAction::Mode(text.mode), text.title.clone(), current)
    });
    MenuEntry::Submenu(text!("menu-mode"), choices.collect())
}

#[cfg(test)]
mod tests;
