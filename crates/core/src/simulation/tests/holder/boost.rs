//! The effect of the boost request on the clocks.

use super::*;
use crate::{
    host::RuntimePm,
    simulation::Boost,
    units::{Megahertz, Percent, Watts},
};

#[test]
fn one_that_holds_is_up_after_the_call_until_its_end() {
    let mut machine = preset("h200");
    command(&mut machine, HOLD, 1.0);
    assert_eq!(clock(&mut machine, 1.009), 345);
    assert_eq!(clock(&mut machine, 1.010), 1980);
    // Requested again and again for as long as it is to hold.
    reports(&mut machine, 2.0);
    hold_on(&mut machine, 16.0, 3600.0);
    assert_eq!(level(&mut machine, 3600.0), (0, 1980));
    assert_eq!(sample(&mut machine, 3600.0).power, Some(Watts(124.0)));
    assert!(machine.is_ready(0, at(3600.0)));

    let answer = ask(&mut machine, HolderAction::Disarm, 3601.0).unwrap();
    assert!(!answer.raised);
    assert_eq!(clock(&mut machine, 3601.24), 1980);
    assert_eq!(clock(&mut machine, 3602.06), 345);
    assert_eq!(sample(&mut machine, 3603.0).power, Some(Watts(80.4)));
}

#[test]
fn nvml_shows_it_20_to_110_ms_after_the_call() {
    let shown = |machine: &mut SimulatedMachine, called: f64| {
        command(machine, HOLD, called);
        let mut ms = 1.0;
        // 1.3 ms to open the driver are in the answer, and not in the call.
        while level(machine, called + (10.0 + ms) / 1000.0).1 == 345 {
            ms += 1.0;
        }
        ms
    };
    let mut machine = preset("h200");
    let mut all = Vec::new();
    for round in 0..40 {
        let called = 10.0 * f64::from(round);
        machine.end_hold(0, at(called));
        all.push(shown(&mut machine, called + 5.0));
    }
    all.sort_by(f64::total_cmp);
    assert!(all[0] >= 20.0 && all[39] <= 111.0, "{all:?}");
    assert!(all[0] < 40.0 && all[39] > 90.0, "they differ: {all:?}");
}

#[test]
fn a_sample_before_nvml_shows_it_is_that_of_a_gpu_at_rest_but_for_its_power() {
    let mut machine = preset("h200");
    command(&mut machine, HOLD, 5.0);
    let sample = sample(&mut machine, 5.02);
    assert_eq!(sample.sm_clock, Some(Megahertz(345)));
    assert_eq!(sample.power, Some(Watts(124.0)));
    assert!(machine.is_ready(0, at(5.02)));
}

#[test]
fn one_that_only_raises_falls_after_the_hold_time_and_no_renewal_changes_that() {
    let mut machine = preset("rtx-3070-laptop");
    ask(&mut machine, HOLD, 10.0).unwrap();
    assert_eq!(clock(&mut machine, 10.01), 1785);
    ask(&mut machine, HOLD, 25.0).unwrap();
    assert_eq!(clock(&mut machine, 28.0), 1785);
    // Up at 10.01 s and 18 s later down, with a renewal at 25 s.
    assert_eq!(clock(&mut machine, 28.02), 210);
    hold_on(&mut machine, 40.0, 200.0);
    assert_eq!(clock(&mut machine, 200.0), 210);
    assert!(machine.counters(0, at(200.0)).unwrap().boosted);
    // Asked for anew, it raises again.
    ask(&mut machine, HolderAction::Disarm, 201.0).unwrap();
    ask(&mut machine, HOLD, 202.0).unwrap();
    assert_eq!(clock(&mut machine, 203.0), 1785);
}

#[test]
fn a_process_that_holds_it_open_keeps_the_laptop_s_gpu_awake() {
    let mut machine = preset("rtx-3070-laptop");
    let pm = |machine: &mut SimulatedMachine, s: f64| machine.host(&[], at(s)).runtime_pm[0].1;
    assert_eq!(pm(&mut machine, 1.0), RuntimePm::Suspended);
    ask(&mut machine, arm(&[]), 2.0).unwrap();
    assert_eq!(pm(&mut machine, 60.0), RuntimePm::Active);
    ask(&mut machine, HolderAction::Disarm, 61.0).unwrap();
    assert_eq!(pm(&mut machine, 68.0), RuntimePm::Suspended);
}

#[test]
fn a_killed_process_s_boost_ends_with_it() {
    let mut machine = preset("h200");
    ask(&mut machine, HOLD, 1.0).unwrap();
    machine.end_hold(0, at(20.0));
    assert_eq!(clock(&mut machine, 20.24), 1980);
    assert_eq!(clock(&mut machine, 21.06), 345);
    let counters = machine.counters(0, at(22.0)).unwrap();
    assert!(!counters.boost_open && !counters.boosted);
    assert_eq!(machine.next_holder_step(), None);
}

#[test]
fn a_stopped_process_s_boost_ends_by_itself() {
    let mut machine = preset("h200");
    let renewal = Renewal {
        lasting: Duration::from_secs(6),
        every: Duration::from_secs(3),
    };
    ask(&mut machine, HolderAction::Hold(renewal), 1.0).unwrap();
    machine.stop_hold(0, at(2.0));
    // 10 ms for the call, 0.9 s that it lasts longer, and 0.25 to 1.05 s until they fall.
    assert_eq!(clock(&mut machine, 8.15), 1980);
    assert_eq!(clock(&mut machine, 8.97), 345);
    let counters = machine.counters(0, at(9.0)).unwrap();
    assert!(counters.boost_open && !counters.boosted);
}

#[test]
fn a_boost_that_is_not_requested_again_ends_and_the_process_closes_everything() {
    let mut machine = preset("h200");
    let lasting = Duration::from_secs(6);
    let every = Duration::from_secs(3);
    let hold = HolderAction::Hold(Renewal { lasting, every });
    ask(&mut machine, hold.clone(), 1.0).unwrap();
    // It closes after 6 s, and 0.25 to 1.05 s later they fall.
    assert_eq!(clock(&mut machine, 7.24), 1980);
    assert_eq!(clock(&mut machine, 8.07), 345);
    let reported = names(&reports(&mut machine, 60.0));
    assert!(
        reported.len() == 1 && reported[0].ends_with("released, Unconfirmed"),
        "{reported:?}"
    );
    assert!(!machine.counters(0, at(60.0)).unwrap().boost_open);
    // Requested late it raises them again.
    ask(&mut machine, hold, 61.0).unwrap();
    assert_eq!(clock(&mut machine, 61.1), 1980);
}

#[test]
fn the_strategies_of_the_driver_process_do_not_boost() {
    for preset_name in ["h200", "rtx-4090", "rtx-3070-laptop"] {
        let mut machine = preset(preset_name);
        let refused = done(&mut machine, hold(Strategy::Boost), 1.0);
        assert_eq!(refused, Err(GpuErrorKind::NotSupported));
    }
}

#[test]
fn boost_and_context_hold_side_by_side() {
    let mut machine = preset("h200");
    done(&mut machine, hold(Strategy::Context), 1.0).unwrap();
    ask(&mut machine, HOLD, 2.0).unwrap();
    done(&mut machine, Action::Release, 3.0).unwrap();
    assert_eq!(clock(&mut machine, 10.0), 1980);
    ask(&mut machine, HolderAction::Disarm, 11.0).unwrap();
    assert_eq!(clock(&mut machine, 12.1), 345);
}

#[test]
fn on_the_quiet_machine_pulses_raise_nothing() {
    let mut machine =
        machine("[[gpus]]\nlike = \"h200-quiet\"\ncontext_holds = false\nboost = \"none\"\n");
    done(&mut machine, PULSE, 1.0).unwrap();
    // The context raised them, for a moment.
    for tenth in 35..100 {
        let s = f64::from(tenth) / 10.0;
        done(&mut machine, Action::Pulse, s).unwrap();
        assert_eq!(clock(&mut machine, s + 0.05), 345, "at {s} s");
    }
}

#[test]
fn a_server_without_boost_lets_the_gpu_rest_where_another_holds_it() {
    let server = |boosts: bool| {
        machine(&format!(
            "[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"program\"\n\
             program = \"llama-server\"\nboosts = {boosts}"
        ))
    };
    assert_eq!(clock(&mut server(true), 60.0), 1980);
    assert_eq!(clock(&mut server(false), 60.0), 345);
}

#[test]
fn two_cards_boost_apart() {
    let mut machine = preset("two-gpus");
    ask(&mut machine, HOLD, 1.0).unwrap();
    let other = machine.sm_clock(1, at(10.0)).unwrap();
    assert_eq!((clock(&mut machine, 10.0), other), (2610, Megahertz(210)));
}

#[test]
fn a_game_raises_the_clocks_and_no_process_is_sensed() {
    let mut machine = preset("rtx-4090");
    ask(&mut machine, arm(&[]), 1.0).unwrap();
    machine.set_load(0, Percent(70), at(5.0));
    assert!(reports(&mut machine, 60.0).is_empty());
    assert_eq!(clock(&mut machine, 60.0), 2610);
    assert!(machine.host(&[], at(60.0)).ai_programs.is_empty());
    assert_eq!(machine.counters(0, at(60.0)).unwrap().boost_requests, 0);
}

#[test]
fn presets_define_what_a_boost_does() {
    let boosts = |name: &str| Scenario::preset(name).unwrap().cards[0].boost;
    for name in ["h200", "h200-quiet", "rtx-4090", "two-gpus"] {
        assert_eq!(boosts(name), Boost::Holds, "{name}");
    }
    assert_eq!(boosts("rtx-3070-laptop"), Boost::Raises);
}
