//! Clocks, heat and energy of the presets over time.

use super::*;
use crate::gpu::ClocksEventReasons;

#[test]
fn a_pulse_raises_the_clocks_for_the_card_s_hold_time() {
    // Preset, ramp, hold time, level at rest, level after a pulse.
    let table = [
        ("rtx-3070-laptop", 0.030, 18.0, (8, 210), (0, 1785)),
        ("rtx-4090", 0.025, 18.0, (8, 210), (2, 2610)),
        ("hot-laptop", 0.030, 4.0, (8, 210), (0, 1785)),
    ];
    for (name, ramp, hold_time, rest, up) in table {
        let mut machine = preset(name);
        assert_eq!(level(&mut machine, 0.0), rest, "{name}");
        done(&mut machine, PULSE, 1.0).unwrap();
        assert_eq!(level(&mut machine, 1.0 + ramp - 0.001), rest, "{name}");
        assert_eq!(level(&mut machine, 1.0 + ramp + 0.001), up, "{name}");
        done(&mut machine, Action::Pulse, 3.0).unwrap();
        let falls = 3.0 + hold_time;
        assert_eq!(level(&mut machine, falls - 0.001), up, "{name}");
        assert_eq!(level(&mut machine, falls + 0.001), rest, "{name}");
    }
}

#[test]
fn the_h200_stays_in_p0_and_is_held_by_a_context_alone() {
    let mut machine = preset("h200");
    assert_eq!(level(&mut machine, 0.0), (0, 345));
    assert!(!machine.is_ready(0, at(0.0)));
    done(&mut machine, hold(Strategy::Context), 1.0).unwrap();
    assert_eq!(level(&mut machine, 3600.0), (0, 1980));
    assert_eq!(sample(&mut machine, 3600.0).power.unwrap().0, 124.0);
    done(&mut machine, Action::Release, 3600.0).unwrap();
    assert_eq!(level(&mut machine, 3600.24), (0, 1980));
    assert_eq!(level(&mut machine, 3601.06), (0, 345));
    assert_eq!(sample(&mut machine, 3602.0).power.unwrap().0, 80.4);
}

#[test]
fn a_context_does_not_hold_a_geforce_card() {
    let mut machine = preset("rtx-4090");
    done(&mut machine, hold(Strategy::Context), 1.0).unwrap();
    assert_eq!(level(&mut machine, 2.0), (2, 2610));
    assert_eq!(level(&mut machine, 20.0), (8, 210));
    assert!(machine.counters(0, at(20.0)).unwrap().context_open);
}

#[test]
fn power_mizer_holds_does_nothing_or_is_refused() {
    for (mode, answer, pstate) in [
        ("works", Ok(()), 2),
        ("no_effect", Ok(()), 8),
        ("unsupported", Err(GpuErrorKind::NotSupported), 8),
    ] {
        let text = format!("[[gpus]]\nlike = \"rtx-4090\"\npower_mizer = \"{mode}\"");
        let mut machine = machine(&text);
        let held = done(&mut machine, hold(Strategy::PowerMizer), 1.0).map(|_| ());
        assert_eq!(held, answer, "{mode}");
        assert_eq!(level(&mut machine, 500.0).0, pstate, "{mode}");
        assert_eq!(sample(&mut machine, 500.0).vram_ours.unwrap().0, 0);
        done(&mut machine, Action::Release, 500.0).unwrap();
        assert_eq!(level(&mut machine, 519.0).0, 8, "{mode}");
    }
}

#[test]
fn the_hot_laptop_crosses_83_degrees_within_20_s_of_being_warm_and_cools() {
    let mut machine = preset("hot-laptop");
    let mut temperatures = Vec::new();
    done(&mut machine, PULSE, 0.0).unwrap();
    for second in (2..=20).step_by(2) {
        done(&mut machine, Action::Pulse, f64::from(second)).unwrap();
        temperatures.push(
            sample(&mut machine, f64::from(second))
                .temperature
                .unwrap()
                .0,
        );
    }
    assert!(temperatures.is_sorted(), "{temperatures:?}");
    assert!(*temperatures.last().unwrap() >= 83, "{temperatures:?}");
    done(&mut machine, Action::Release, 20.0).unwrap();
    let cooled = sample(&mut machine, 60.0).temperature.unwrap().0;
    assert!(cooled < 60, "{cooled}");
}

#[test]
fn the_hardware_slows_down_above_its_threshold_until_5_degrees_below() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\nslowdown_c = 80\nambient_c = 40\n\
         thermal_resistance_c_per_w = 0.1\n\
         [[events]]\nkind = \"program\"\nprogram = \"burn\"\nutilization_percent = 100",
    );
    let hot = ClocksEventReasons::HW_THERMAL_SLOWDOWN;
    let mut slowed = Vec::new();
    for second in 0..300 {
        let sample = sample(&mut machine, f64::from(second));
        let temperature = sample.temperature.unwrap().0;
        assert!(temperature <= 80, "{temperature}");
        let is_slow = sample.clocks_event_reasons.unwrap().intersects(hot);
        assert_eq!(
            is_slow,
            sample.sm_clock.unwrap().0 < 2610 && second > 0,
            "{second} s"
        );
        if is_slow {
            assert!(temperature >= 74, "{temperature}");
            assert!(machine.is_ready(0, at(f64::from(second))), "for heat");
        }
        slowed.push(is_slow);
    }
    slowed.dedup();
    assert!(slowed.len() >= 5, "begins and ends again: {slowed:?}");
}

#[test]
fn energy_is_the_integral_of_power() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\nramp_ms = 0\nhold_s = 10\nrest_w = 20\nwarm_w = 60\nload_w = 400\n\
         [[events]]\nkind = \"program\"\nprogram = \"x\"\nutilization_percent = 50\nat_s = 100\nfor_s = 40",
    );
    // 100 s at rest, 40 s half busy (60 + 340 / 2 W), 10 s of hold, 50 s at rest.
    let expected = 100.0 * 20.0 + 40.0 * 230.0 + 10.0 * 60.0 + 50.0 * 20.0;
    let energy = sample(&mut machine, 200.0).energy.unwrap().0;
    assert!((energy - expected).abs() < 1e-6, "{energy}");
    assert_eq!(machine.counters(0, at(200.0)).unwrap().energy.0, energy);
    let ready = machine.counters(0, at(200.0)).unwrap().ready;
    assert_eq!(ready, Duration::from_secs(50));
}

#[test]
fn temperature_follows_its_time_constant() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\nrest_w = 0\nwarm_w = 0\nload_w = 500\nambient_c = 20\n\
         ramp_ms = 0\nthermal_resistance_c_per_w = 0.1\nthermal_time_constant_s = 30\nslowdown_c = 90\n\
         [[events]]\nkind = \"program\"\nprogram = \"x\"\nutilization_percent = 100",
    );
    // Towards 20 + 50 °C: 63.2 % of the way after one time constant, 86.5 % after two.
    let seen = [0.0, 30.0, 60.0, 600.0].map(|s| sample(&mut machine, s).temperature.unwrap().0);
    assert_eq!(seen, [20, 51, 63, 69]);
}
