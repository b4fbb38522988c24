//! The readings that the resting baseline is learned from, and how fast it follows.

use super::*;

#[test]
fn the_baseline_is_not_learned_while_held_busy_or_across_a_change_of_source() {
    type Spoil = fn(Reading) -> Reading;
    let rows: [(&str, Spoil); 3] = [
        ("held", |r| Reading { held: true, ..r }),
        ("busy", |r| Reading {
            others_busy: true,
            ..r
        }),
        ("plugged in and out", |r| Reading {
            power_source: match r.at.since_origin().as_secs() % 2 {
                0 => PowerSource::Ac,
                _ => PowerSource::Battery,
            },
            ..r
        }),
    ];
    for (name, spoil) in rows {
        let mut ledger = Ledger::default();
        feed(
            &mut ledger,
            (0..600).map(|second| spoil(resting(f64::from(second), 10.0))),
        );
        let learned = ledger.baselines.get(&gpu("a"), PowerSource::Ac);
        assert_eq!(learned.and_then(Baseline::settled), None, "{name}");
    }
}

#[test]
fn the_baseline_survives_noise_and_contamination() {
    // Half an hour: noise of ±2 W around 12 W, and a video at 25 W for ten minutes of it.
    let watts = |second: u32| {
        let noise = f64::from(second * 7919 % 41) / 10.0 - 2.0;
        let video = if (600..1200).contains(&second) {
            13.0
        } else {
            0.0
        };
        12.0 + noise + video
    };
    let mut ledger = Ledger::default();
    feed(
        &mut ledger,
        (0..1800).map(|second| resting(f64::from(second), watts(second))),
    );
    let learned = ledger
        .resting_power(&gpu("a"), PowerSource::Ac)
        .expect("known")
        .0;
    assert!((11.5..=12.5).contains(&learned), "{learned} W");
}

/// A lower rest is believed after ten blocks, a higher one after thirty-one.
#[test]
fn the_baseline_follows_a_lasting_change() {
    for (watts, blocks) in [(6.0, 10), (18.0, 31)] {
        let mut baseline = Baseline::default();
        let mut learn = |watts: f64| {
            baseline.learn(Joules(watts * 30.0), 30.0);
            baseline.settled()
        };
        (0..50).for_each(|_| {
            learn(12.0);
        });
        for _ in 1..blocks {
            assert_eq!(learn(watts), Some(Watts(12.0)));
        }
        assert_eq!(learn(watts), Some(Watts(watts)));
    }
}
