use gpu_keepalive_core::{
    gpu::GpuErrorKind,
    protocol::{Badge, Cause, HoldKind, Notice, PauseReason, Phase, State},
    status_text::present,
    units::Bytes,
};
use gpu_keepalive_text::Language;
use tauri::image::Image;

use super::*;
use crate::samples;

fn view(status: &Status) -> TrayView {
    TrayView::of(status, EngineAt::Here, Some(LoginEntryState::Absent))
}

/// The icon, and the tooltip in one line.
fn line(status: &Status) -> String {
    let view = view(status);
    let pstate = view.icon.pstate.map(|pstate| pstate.to_string());
    let badge = format!("{:?} {}", view.icon.badge, pstate.unwrap_or_default());
    format!("{badge:12}| {}\n", view.tooltip.replace('\n', " | "))
}

fn written(menu: &[MenuEntry]) -> String {
    let entry = |entry: &MenuEntry| match entry {
        MenuEntry::Item(_, text) => format!("    {text}\n"),
        MenuEntry::Check(_, text, on) => format!("[{}] {text}\n", if *on { 'x' } else { ' ' }),
        MenuEntry::Submenu(text, entries) => {
            let inner = written(entries).replace('\n', "\n    ");
            format!("    {text} >\n    {}\n", inner.trim_end())
        }
        MenuEntry::Separator => "---\n".to_owned(),
    };
    menu.iter().map(entry).collect()
}

#[test]
fn every_phase_and_reason_has_its_icon_and_text() {
    use PauseReason::{Battery, Budget, Sensor, Thermal, Vram};
    let clocks = |pstate, mhz| samples::with(|gpu| samples::clocks(gpu, pstate, mhz));
    let state = |phase: Phase, state: State, cause: Option<Cause>| {
        samples::with(|gpu| samples::state(gpu, phase, state, cause))
    };
    let ollama = || Some("ollama".to_owned());
    let armed = Cause::Armed {
        program: ollama(),
        wake_ms: Some(12),
    };
    let answering = Cause::Computing { program: ollama() };
    let vram = Cause::VramReserved {
        free_bytes: None,
        needed_bytes: Bytes::from_mib(940),
        reserve_bytes: Bytes::from_mib(512),
    };
    let mut several = samples::hot();
    several.gpus[0].reasons = vec![Battery, Thermal];
    several.gpus[0].message.causes.insert(0, Cause::OnBattery);
    present(&mut several);
    let lines: String = [
        state(Phase::Off, State::Off, None),
        samples::asleep(Some(8)),
        samples::asleep(None),
        samples::asleep(Some(0)),
        state(Phase::Standby, State::Standby, Some(armed)),
        clocks(Some(0), 1785),
        clocks(Some(2), 1785),
        clocks(Some(0), 345),
        clocks(Some(5), 900),
        clocks(Some(8), 210),
        clocks(None, 0),
        state(Phase::Yielding, State::Busy, Some(answering)),
        samples::paused_by_user(),
        samples::hot(),
        several,
        samples::paused(Sensor, Cause::NoTemperature),
        samples::paused(Battery, Cause::OnBattery),
        samples::paused(Vram, vram),
        samples::paused(Budget, Cause::BudgetSpent { budget_wh: None }),
        samples::fault(GpuErrorKind::GpuLost),
        samples::no_gpu(),
    ]
    .iter()
    .map(line)
    .collect();
    insta::assert_snapshot!(lines);
}

#[test]
fn the_menu_of_a_warm_gpu() {
    insta::assert_snapshot!(written(&view(&samples::warm()).menu));
}

#[test]
fn the_menu_of_two_gpus_lists_the_worse_first() {
    let mut status = samples::together([samples::warm(), samples::hot()]);
    status.engine.simulated = true;
    insta::assert_snapshot!(written(&view(&status).menu));
}

#[test]
fn the_menu_while_paused_by_the_user_resumes() {
    let status = samples::paused_by_user();
    let menu = view(&status).menu;
    assert!(menu.contains(&MenuEntry::Item(MenuAction::Resume, "Resume".to_owned())));
    assert!(!written(&menu).contains("Pause >"));

    let mut timed = samples::asleep(None);
    timed.engine.paused = true;
    timed.engine.pause_remaining_s = Some(60.0);
    assert!(written(&view(&timed).menu).contains("Resume"));

    let hot = view(&samples::hot()).menu;
    assert!(written(&hot).contains("Pause >"), "{}", written(&hot));
    assert!(!hot.contains(&MenuEntry::Item(MenuAction::Resume, "Resume".to_owned())));
}

#[test]
fn what_cannot_work_is_not_offered() {
    let menu = |enabled, paused| {
        let mut status = samples::warm();
        (status.engine.enabled, status.engine.paused) = (enabled, paused);
        written(&view(&status).menu)
    };
    for (enabled, paused, offered) in [
        (true, false, &["Full speed", "Pause >"][..]),
        (true, true, &["Resume"]),
        (false, false, &[]),
        (false, true, &["Resume"]),
    ] {
        let menu = menu(enabled, paused);
        for label in ["Full speed", "Pause >", "Resume"] {
            assert_eq!(
                menu.contains(&format!("    {label}")),
                offered.contains(&label),
                "{menu}"
            );
        }
        assert!(menu.contains("Mode >"), "{menu}");
    }
}

#[test]
fn who_asked_for_full_speed_is_named_once_and_can_be_ended() {
    let hold = |id, application: &str, reason: Option<&str>| HoldStatus {
        id,
        kind: HoldKind::Dbus,
        application: Some(application.to_owned()).filter(|name| !name.is_empty()),
        reason: reason.map(str::to_owned),
        since_s: 3.0,
    };
    let mut status = samples::together([samples::warm(), samples::warm()]);
    assert!(!written(&view(&status).menu).contains("asked for full speed"));
    let by_user = hold(None, "the user", None);
    let first = hold(Some(7), "ComfyUI & more", Some("loading a model"));
    status.gpus[0].holds = vec![first.clone(), by_user, hold(Some(9), "", None)];
    status.gpus[1].holds = vec![first];
    let menu = |language: Language| {
        language.within(|| {
            let mut status = status.clone();
            present(&mut status);
            written(&view(&status).menu)
        })
    };
    let english = "    Programs that asked for full speed >\n        \
         End the request of ComfyUI & more (loading a model)\n        \
         End the request of a program\n";
    assert!(
        menu(Language::ENGLISH).contains(english),
        "{}",
        menu(Language::ENGLISH)
    );
    let german = Language::of_locale("de").expect("German");
    let german = menu(german);
    assert!(
        german.contains("Anforderung von ComfyUI & more beenden"),
        "{german}"
    );
    for id in [7, 9] {
        let action = MenuAction::EndHold(id);
        assert_eq!(MenuAction::from_id(&action.id()), Some(action));
    }
    assert_eq!(MenuAction::from_id("end-hold-x"), None);
}

#[test]
fn marks_are_what_is_true() {
    let mut status = samples::warm();
    status.engine.enabled = false;
    status.engine.mode = Mode::WhileLoaded;
    let menu = TrayView::of(&status, EngineAt::Here, Some(LoginEntryState::On)).menu;
    let text = written(&menu);
    assert!(text.contains("[ ] Keep GPU ready"), "{text}");
    assert!(text.contains("[x] While a model is loaded"), "{text}");
    assert!(text.contains("[x] Start at login"), "{text}");
    for (state, label) in [
        (LoginEntryState::OffByUser, "[ ] Start at login (off in"),
        (LoginEntryState::Broken, "[ ] Start at login (its entry"),
    ] {
        let text = written(&TrayView::of(&status, EngineAt::Here, Some(state)).menu);
        assert!(text.contains(label), "{text}");
    }
    let unknown = TrayView::of(&status, EngineAt::Here, None).menu;
    assert!(!written(&unknown).contains("Start at login"));
}

#[test]
fn the_owner_of_the_engine_is_shown() {
    let status = samples::warm();
    let followed = TrayView::of(
        &status,
        EngineAt::CommandLine,
        Some(LoginEntryState::Absent),
    );
    insta::assert_snapshot!(followed.tooltip, @r"
    RTX 3070 Laptop · P0 · 1785 MHz · 54 °C · 31 W
    Ready (always on)
    Started from the command line
    ");
    let nowhere = TrayView::of(&status, EngineAt::Nowhere, Some(LoginEntryState::Absent));
    assert_eq!(nowhere.tooltip, "Starting");
    assert_eq!(nowhere.icon.badge, Badge::Asleep);
}

#[test]
fn a_long_notice_is_cut_at_a_word_and_leads_to_diagnostics() {
    let mut status = samples::warm();
    status.notices = vec![Notice {
        id: "settings-mode".to_owned(),
        severity: Severity::Warning,
        message: "Settings, line 3: “sometimes” is not a mode; use always, while_loaded or \
                  on_demand"
            .to_owned(),
    }];
    let menu = view(&status).menu;
    let notice = menu.iter().find_map(|entry| match entry {
        MenuEntry::Item(MenuAction::Diagnostics, text) => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(
        notice,
        Some("Settings, line 3: “sometimes” is not a mode; use always, while_loaded…")
    );
    status.notices[0].severity = Severity::Info;
    assert!(!written(&view(&status).menu).contains("Settings, line"));
}

#[test]
fn the_icon_is_that_of_the_worst_gpu() {
    let standby = |gpu: &mut GpuStatus| {
        samples::state(gpu, Phase::Standby, State::Standby, None);
    };
    let by_rank = [
        samples::with(|gpu| gpu.phase = Phase::Off),
        samples::asleep(None),
        samples::asleep(Some(8)),
        samples::warm(),
        samples::with(standby),
        samples::with(|gpu| samples::clocks(gpu, Some(5), 900)),
        samples::paused(PauseReason::Battery, Cause::OnBattery),
        samples::hot(),
        samples::fault(GpuErrorKind::GpuLost),
    ];
    for (rank, worse) in by_rank.iter().enumerate() {
        for better in &by_rank[..rank] {
            let both = [better.clone(), worse.clone()];
            let expected = view(worse).icon;
            assert_eq!(view(&samples::together(both.clone())).icon, expected);
            assert_eq!(
                view(&samples::together(both.into_iter().rev())).icon,
                expected
            );
        }
    }
}

/// Red, green, blue and opacity in the middle of an edge and at the centre.
fn pixel(icon: TrayIcon, x: u32, y: u32) -> [u8; 4] {
    let image = Image::from_bytes(icon.png()).expect("a picture");
    assert_eq!((image.width(), image.height()), (48, 48));
    let at = ((y * image.width() + x) * 4) as usize;
    image.rgba()[at..at + 4].try_into().expect("four bytes")
}

#[test]
fn every_badge_has_its_colour_and_its_outline() {
    // A pixel inside the shape and away from the digit, and whether each corner is filled.
    let cases = [
        (Badge::Full, Some(0), (24, 5), [32, 150, 80], false),
        (Badge::Standby, None, (24, 5), [32, 150, 80], false),
        (Badge::Middling, Some(5), (24, 7), [240, 168, 28], true),
        (Badge::Low, Some(8), (24, 5), [101, 132, 160], true),
        (Badge::Asleep, None, (8, 24), [101, 132, 160], false),
        (Badge::Paused, None, (24, 24), [101, 132, 160], false),
        (Badge::Hot, None, (24, 24), [229, 72, 77], false),
        (Badge::Fault, None, (12, 40), [229, 72, 77], false),
        (Badge::Off, Some(8), (24, 4), [125, 133, 141], false),
    ];
    for (badge, pstate, (x, y), colour, fills_corner) in cases {
        let icon = TrayIcon { badge, pstate };
        assert_eq!(
            pixel(icon, x, y),
            [colour[0], colour[1], colour[2], 255],
            "{badge:?}"
        );
        assert_eq!(pixel(icon, 6, 4)[3] == 255, fills_corner, "{badge:?}");
    }
    for badge in [Badge::Off, Badge::Standby] {
        let hollow = TrayIcon {
            badge,
            pstate: None,
        };
        assert_eq!(pixel(hollow, 24, 24)[3], 0, "{badge:?}");
    }
}

/// The panels of desktops, from the lightest dark one to the darkest light one that is common.
const PANELS: [(&str, [u8; 3]); 9] = [
    ("GNOME", [0x00, 0x00, 0x00]),
    ("Windows, dark", [0x20, 0x20, 0x20]),
    ("Xfce, dark", [0x35, 0x35, 0x35]),
    ("Breeze, dark", [0x31, 0x36, 0x3b]),
    ("Mint, light", [0xe8, 0xe8, 0xe8]),
    ("Breeze, light", [0xef, 0xf0, 0xf1]),
    ("Windows, light", [0xf3, 0xf3, 0xf3]),
    ("Xfce, light", [0xf6, 0xf5, 0xf4]),
    ("white", [0xff, 0xff, 0xff]),
];

/// The contrast of two colours as WCAG 2 has it.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |colour: [u8; 3]| -> f64 {
        let linear = colour.map(|part| {
            let part = f64::from(part) / 255.0;
            match part <= 0.04045 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
    };
    let (one, other) = (luminance(one), luminance(other));
    (one / other).max(other / one)
}

#[test]
fn every_icon_stands_out_on_every_panel_and_its_mark_on_the_icon() {
    let mut marked = Vec::new();
    for (badge, pstate, png) in icon::DRAWN {
        let image = Image::from_bytes(png).expect("a picture");
        let opaque: Vec<[u8; 3]> = image
            .rgba()
            .chunks_exact(4)
            .filter(|pixel| pixel[3] == 255)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        // A surface in amber is too light for light panels, where its edge stands out.
        let least = if *badge == Badge::Middling { 0.15 } else { 0.6 };
        for (panel, colour) in PANELS {
            let seen = opaque
                .iter()
                .filter(|pixel| contrast(**pixel, colour) >= 3.0);
            let share = seen.count() as f64 / opaque.len() as f64;
            assert!(
                share >= least,
                "{badge:?} {pstate:?} on {panel}: {share:.2}"
            );
        }
        let mut counts = std::collections::HashMap::new();
        for pixel in &opaque {
            *counts.entry(*pixel).or_insert(0) += 1;
        }
        let (surface, _) = counts
            .iter()
            .max_by_key(|(_, count)| **count)
            .expect("a surface");
        // What is drawn on a surface: the digit, a pause mark, an exclamation mark.
        for mark in [[0xff, 0xff, 0xff], [0x2a, 0x1b, 0x00]] {
            let contrast = contrast(mark, *surface);
            let is_there = counts.contains_key(&mark);
            assert!(
                !is_there || contrast >= 3.0,
                "{badge:?} {pstate:?}: {contrast:.2}"
            );
            marked.extend(is_there.then_some(*badge));
        }
    }
    marked.dedup();
    assert_eq!(
        marked,
        [
            Badge::Full,
            Badge::Middling,
            Badge::Low,
            Badge::Paused,
            Badge::Hot,
            Badge::Fault
        ]
    );
}

#[test]
fn every_p_state_of_a_badge_is_another_picture() {
    for badge in [Badge::Low, Badge::Off] {
        let mut pictures: Vec<_> = (0..16)
            .map(|number| {
                TrayIcon {
                    badge,
                    pstate: Some(number),
                }
                .png()
            })
            .collect();
        pictures.push(
            TrayIcon {
                badge,
                pstate: None,
            }
            .png(),
        );
        let all = pictures.len();
        pictures.sort();
        pictures.dedup();
        assert_eq!(pictures.len(), all, "{badge:?}");
    }
}

#[test]
fn every_action_of_a_menu_is_found_by_its_id() {
    fn check(menu: &[MenuEntry]) -> usize {
        menu.iter()
            .map(|entry| match entry {
                MenuEntry::Item(action, _) | MenuEntry::Check(action, ..) => {
                    assert_eq!(MenuAction::from_id(&action.id()), Some(*action));
                    1
                }
                MenuEntry::Submenu(_, entries) => check(entries),
                MenuEntry::Separator => 0,
            })
            .sum()
    }
    let paused = samples::paused_by_user();
    let found: usize = [samples::warm(), paused, samples::no_gpu()]
        .iter()
        .map(|status| check(&view(status).menu))
        .sum();
    assert!(found > 20, "{found}");
}

#[test]
fn the_menu_in_german() {
    let german = Language::of_locale("de").expect("a file");
    let menu = german.within(|| {
        let status = samples::with(|gpu| samples::clocks(gpu, Some(0), 2520));
        written(&view(&status).menu)
    });
    insta::assert_snapshot!(menu);
}
