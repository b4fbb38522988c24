use gpu_keepalive_core::{
    gpu::GpuErrorKind,
    protocol::{Notice, Tone},
};
use tauri::image::Image;

use super::*;
use crate::samples;

fn view(status: &Status) -> TrayView {
    TrayView::of(status, EngineAt::Here, Some(false))
}

/// The icon, and the tooltip in one line.
fn line(status: &Status) -> String {
    let view = view(status);
    let pstate = view.icon.pstate.map(|pstate| pstate.to_string());
    let tone = format!("{:?} {}", view.icon.tone, pstate.unwrap_or_default());
    format!("{tone:12}| {}\n", view.tooltip.replace('\n', " | "))
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
fn every_phase_and_reason_has_its_icon_and_words() {
    use PauseReason::{Battery, Budget, Sensor, Thermal, User, Vram};
    let clocks = |pstate, mhz| samples::with(|gpu| samples::clocks(gpu, pstate, mhz));
    let phase = |phase: Phase, text: &str| {
        samples::with(|gpu| {
            gpu.phase = phase;
            gpu.phase_text = text.to_owned();
        })
    };
    let mut several = samples::hot();
    several.gpus[0].reasons = vec![Battery, Thermal];
    let lines: String = [
        phase(Phase::Off, "Switched off"),
        samples::asleep(Some(8)),
        samples::asleep(None),
        samples::asleep(Some(0)),
        clocks(Some(0), 1785),
        clocks(Some(2), 1785),
        clocks(Some(0), 345),
        clocks(Some(5), 900),
        clocks(Some(8), 210),
        clocks(None, 0),
        phase(
            Phase::Yielding,
            "In use: no pulses while another program computes",
        ),
        samples::paused(User, "by you, until you resume"),
        samples::hot(),
        several,
        samples::paused(Sensor, "the temperature cannot be read"),
        samples::paused(Battery, "on battery"),
        samples::paused(Vram, "512 MiB of VRAM are reserved for your models"),
        samples::paused(Budget, "the energy budget of today is spent"),
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
fn the_menu_of_two_gpus_tells_the_worse_first() {
    let mut status = samples::together([samples::warm(), samples::asleep(Some(8))]);
    status.engine.simulated = true;
    insta::assert_snapshot!(written(&view(&status).menu));
}

#[test]
fn the_menu_while_paused_by_the_user_resumes() {
    let status = samples::paused(PauseReason::User, "by you, until you resume");
    let menu = view(&status).menu;
    assert!(menu.contains(&MenuEntry::Item(MenuAction::Resume, "Resume".to_owned())));
    assert!(!written(&menu).contains("Pause >"));

    let mut timed = samples::asleep(None);
    timed.engine.pause_remaining_s = Some(60.0);
    assert!(written(&view(&timed).menu).contains("Resume"));

    let hot = written(&view(&samples::hot()).menu);
    assert!(hot.contains("Pause >") && !hot.contains("Resume"), "{hot}");
}

#[test]
fn marks_are_what_is_true() {
    let mut status = samples::warm();
    status.engine.enabled = false;
    status.engine.mode = Mode::WhileLoaded;
    let menu = TrayView::of(&status, EngineAt::Here, Some(true)).menu;
    let text = written(&menu);
    assert!(text.contains("[ ] Keep GPU warm"), "{text}");
    assert!(text.contains("[x] While a model is loaded"), "{text}");
    assert!(text.contains("[x] Start at login"), "{text}");
    let unknown = TrayView::of(&status, EngineAt::Here, None).menu;
    assert!(!written(&unknown).contains("Start at login"));
}

#[test]
fn whose_engine_it_is_is_said() {
    let status = samples::warm();
    let followed = TrayView::of(&status, EngineAt::CommandLine, Some(false));
    insta::assert_snapshot!(followed.tooltip, @r"
    RTX 3070 Laptop · P0 · 1785 MHz · 54 °C · 31 W
    Warm: the mode is always
    Run from the command line
    ");
    let nowhere = TrayView::of(&status, EngineAt::Nowhere, Some(false));
    assert_eq!(nowhere.tooltip, "Starting");
    assert_eq!(nowhere.icon.tone, Tone::Asleep);
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
    let by_rank = [
        samples::with(|gpu| gpu.phase = Phase::Off),
        samples::warm(),
        samples::asleep(None),
        samples::asleep(Some(8)),
        samples::with(|gpu| samples::clocks(gpu, Some(5), 900)),
        samples::paused(PauseReason::Battery, "on battery"),
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
fn every_tone_has_its_colour_and_its_outline() {
    // A pixel inside the shape and away from the digit, and whether each corner is filled.
    let cases = [
        (Tone::Full, Some(0), (24, 5), [31, 138, 71], false),
        (Tone::Middling, Some(5), (24, 7), [240, 168, 28], true),
        (Tone::Low, Some(8), (24, 5), [88, 122, 148], true),
        (Tone::Asleep, None, (8, 24), [88, 122, 148], false),
        (Tone::Paused, None, (24, 24), [88, 122, 148], false),
        (Tone::Hot, None, (24, 24), [209, 48, 43], false),
        (Tone::Fault, None, (12, 40), [209, 48, 43], false),
        (Tone::Off, Some(8), (24, 4), [134, 142, 150], false),
    ];
    for (tone, pstate, (x, y), colour, fills_corner) in cases {
        let icon = TrayIcon { tone, pstate };
        assert_eq!(
            pixel(icon, x, y),
            [colour[0], colour[1], colour[2], 255],
            "{tone:?}"
        );
        assert_eq!(pixel(icon, 6, 4)[3] == 255, fills_corner, "{tone:?}");
    }
    let hollow = TrayIcon {
        tone: Tone::Off,
        pstate: None,
    };
    assert_eq!(pixel(hollow, 24, 24)[3], 0);
}

#[test]
fn every_p_state_of_a_tone_is_another_picture() {
    for tone in [Tone::Low, Tone::Off] {
        let mut pictures: Vec<_> = (0..16)
            .map(|number| {
                TrayIcon {
                    tone,
                    pstate: Some(number),
                }
                .png()
            })
            .collect();
        pictures.push(TrayIcon { tone, pstate: None }.png());
        let all = pictures.len();
        pictures.sort();
        pictures.dedup();
        assert_eq!(pictures.len(), all, "{tone:?}");
    }
}

#[test]
fn every_action_of_a_menu_is_found_by_its_id() {
    fn check(menu: &[MenuEntry]) -> usize {
        menu.iter()
            .map(|entry| match entry {
                MenuEntry::Item(action, _) | MenuEntry::Check(action, ..) => {
                    assert_eq!(MenuAction::from_id(action.id()), Some(*action));
                    1
                }
                MenuEntry::Submenu(_, entries) => check(entries),
                MenuEntry::Separator => 0,
            })
            .sum()
    }
    let paused = samples::paused(PauseReason::User, "by you");
    let found: usize = [samples::warm(), paused, samples::no_gpu()]
        .iter()
        .map(|status| check(&view(status).menu))
        .sum();
    assert!(found > 20, "{found}");
}
