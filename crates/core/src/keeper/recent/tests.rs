use std::time::Duration;

use super::*;
use crate::{
    keeper::{ClientId, Input, Kept, Ticket},
    protocol::{Event, MAX_LINE_BYTES, Request, ServerLine},
    settings::{Mode, Settings},
    simulation::{Harness, Scenario},
};

const SECOND: Duration = Duration::from_secs(1);

/// A harness of that preset.
fn harness(preset: &str, mode: Mode) -> Harness {
    let settings = Settings {
        mode,
        ..Settings::default()
    };
    let scenario = Scenario::preset(preset).expect("a preset");
    Harness::new(scenario, &settings, Kept::default())
}

/// Runs, and publishes after each decision as the engine does.
fn run(harness: &mut Harness, seconds: u32) {
    for _ in 0..seconds * 2 {
        harness.run_for(SECOND / 2);
        let now = harness.now();
        let _ = harness.keeper.publish(now);
    }
}

fn history(harness: &Harness) -> HistoryReport {
    harness.keeper.history(harness.now()).swap_remove(0)
}

#[test]
fn ten_minutes_are_kept_and_one_point_before() {
    let mut harness = harness("rtx-4090", Mode::Always);
    harness.input(Input::Subscribed(ClientId(1)), &mut |_| {});
    run(&mut harness, 1500);
    let points = history(&harness).points;
    let oldest = points.ago_s[0];
    assert!((600.0..620.0).contains(&oldest), "{oldest}");
    // The harness publishes half a second ago at most.
    assert!(points.ago_s[1] < 600.5);
    assert!(points.ago_s.is_sorted_by(|a, b| a >= b));
    assert!(points.ago_s.len() <= MOST_POINTS + 1);
    let columns = [points.state.len(), points.pstate.len(), points.pulsed.len()];
    assert_eq!(columns, [points.ago_s.len(); 3]);
}

#[test]
fn a_full_history_fits_a_line_of_the_socket() {
    let mut recent = Recent::default();
    let mut harness = harness("rtx-4090", Mode::Always);
    run(&mut harness, 5);
    let mut gpu = harness.keeper.status(harness.now()).gpus.swap_remove(0);
    let mut now = harness.now();
    for second in 0..2000 {
        gpu.badge = [Badge::Full, Badge::Standby][second % 2];
        gpu.power_w = Some(Watts(123.456 + second as f64 / 7.0));
        now = now + SECOND / 3;
        recent.add(&gpu, now);
        recent.add_request(Some("text-generation-launcher".to_owned()), now);
    }
    assert!(recent.points.len() <= MOST_POINTS && recent.requests.len() <= MOST_MARKS);
    let (states, points) = recent.points(now);
    let marks = recent.marks([].into_iter(), |_| String::new(), now);
    let report = HistoryReport {
        uuid: gpu.uuid.clone(),
        states,
        points,
        marks,
    };
    let line = ServerLine::Event(Event::History(Box::new(report)));
    let bytes = serde_json::to_vec(&line).expect("plain data").len();
    assert!(bytes < MAX_LINE_BYTES, "{bytes}");
}

#[test]
fn requests_and_wakes_are_marked_once_with_their_process() {
    let mut harness = harness("h200-quiet", Mode::OnDemand);
    run(&mut harness, 100);
    let marks = history(&harness).marks;
    let wakes = harness.keeper.status(harness.now()).gpus[0].wakes.sensed;
    assert!(wakes >= 4, "{wakes}");
    assert_eq!(marks.len() as u64, wakes, "{marks:?}");
    let energy = harness.keeper.status(harness.now()).energy;
    assert_eq!(
        energy.cold_starts_avoided_today, wakes,
        "each found the clocks down"
    );
    assert_eq!(
        marks[0].text,
        "llama.cpp was asked. Full speed after 10 ms."
    );
    assert!(marks.iter().all(|mark| mark.kind == MarkKind::Wake));
    assert!(
        marks
            .iter()
            .all(|mark| mark.process.as_deref() == Some("llama.cpp"))
    );
    assert!(
        marks
            .iter()
            .all(|mark| mark.wake_ms.is_some_and(|ms| ms > 0.0))
    );
}

#[test]
fn a_request_without_a_wake_is_marked_as_such() {
    let text = "[[gpus]]\nlike = \"rtx-4090\"\n\n[[events]]\nkind = \"program\"\nprogram = \"llama-server\"\n\
                pid = 4242\nvram_mib = 4096\n\n[[events]]\nkind = \"request\"\npid = 4242\nat_s = 20\nfor_s = 5\n\
                repeat_every_s = 20\nlead_ms = 5\nutilization_percent = 90\n";
    let scenario = Scenario::parse("test", text).expect("a valid scenario");
    let settings = Settings {
        mode: Mode::Always,
        ..Settings::default()
    };
    let mut harness = Harness::new(scenario, &settings, Kept::default());
    // A GPU that is followed is sampled every second.
    harness.input(Input::Subscribed(ClientId(1)), &mut |_| {});
    run(&mut harness, 90);
    let marks = history(&harness).marks;
    assert_eq!(marks.len(), 4, "{marks:?}");
    assert!(marks.iter().all(|mark| mark.kind == MarkKind::Request));
    assert_eq!(marks[0].text, "llama.cpp began to use the GPU.");
}

#[test]
fn a_pause_is_a_state_of_its_points() {
    let mut harness = harness("h200", Mode::Always);
    run(&mut harness, 30);
    let pause = Input::Request {
        client: ClientId(1),
        ticket: Ticket(0),
        request: Request::Pause { for_s: Some(20.0) },
    };
    harness.input(pause, &mut |_| {});
    run(&mut harness, 60);
    let report = history(&harness);
    let paused = report
        .states
        .iter()
        .position(|state| state.badge == Badge::Paused);
    let paused = paused.expect("the pause") as u32;
    let points = report.points.state.iter().zip(&report.points.ago_s);
    let ago: Vec<f64> = points
        .filter(|(state, _)| **state == paused)
        .map(|(_, ago)| *ago)
        .collect();
    assert!(ago.iter().all(|ago| (39.0..=60.5).contains(ago)), "{ago:?}");
    assert_eq!(
        report.states[*report.points.state.last().expect("now") as usize].text,
        "Ready"
    );
}

#[test]
fn a_value_that_stands_for_long_has_a_point_at_its_end() {
    let mut harness = harness("h200", Mode::OnDemand);
    run(&mut harness, 5);
    harness.run_for(60 * SECOND);
    let points = history(&harness).points;
    assert_eq!(points.ago_s.last(), Some(&0.0));
    let before = points.ago_s.iter().filter(|ago| **ago > 55.0).count();
    assert!(before > 0, "{:?}", points.ago_s);
}
