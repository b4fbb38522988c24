use proptest::prelude::*;

use super::*;
use crate::gpu::holder::Sensing;

/// Anything that can happen to a sensor.
#[derive(Clone, Debug)]
enum Event {
    Raised(u64),
    Used(u64, u64),
    Clocks(Option<bool>),
    Work(Option<u32>, Option<u32>),
    Released,
    Refused,
    Disarmed,
    Armed,
    Gone,
    Watched,
}

fn event() -> impl Strategy<Value = Event> {
    use Event::*;
    prop_oneof![
        (0..100_000_u64).prop_map(Raised),
        (0..2_000_000_u64, 0..50_000_u64).prop_map(|(used, most)| Used(used, most)),
        any::<Option<bool>>().prop_map(Clocks),
        (prop::option::of(0..3_u32), prop::option::of(0..3_u32)).prop_map(|(p, g)| Work(p, g)),
        Just(Released),
        Just(Refused),
        Just(Disarmed),
        Just(Armed),
        Just(Gone),
        Just(Watched),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_sensor_stays_within_its_limits(
        events in prop::collection::vec((event(), 1..3000_u64), 0..200)
    ) {
        let mut sensor = sensor();
        let mut now = 0;
        for (event, later) in events {
            now += later;
            let before = threshold_of(&sensor);
            let counted = sensor.statistics();
            match event {
                Event::Raised(used) => raise(&mut sensor, now, us(used)),
                Event::Used(used, most) => {
                    let (used, most) = (us(used), us(most));
                    sensor.used(&[ProcessorUse { pid: 7, used, most }], at(now));
                }
                Event::Clocks(up) => sensor.clocks(at(now), up),
                Event::Work(process, gpu) => {
                    let processes = process.map(|percent| [(7, Percent(percent))]);
                    sensor.work(&GpuWork {
                        from: at(now - later),
                        to: at(now),
                        processes: processes.as_ref().map(|all| all.as_slice()),
                        gpu: gpu.map(Percent),
                    });
                }
                Event::Released => release(&mut sensor, now),
                Event::Refused => sensor.refused(at(now), Some(7)),
                Event::Disarmed => sensor.disarmed(at(now)),
                Event::Armed => sensor.armed(at(now)),
                Event::Gone => sensor.gone(7),
                Event::Watched => sensor.watch(&[candidate(7, "llama-server")]),
            }
            let after = sensor.statistics();
            prop_assert!(after.false_wakes <= after.sensed);
            prop_assert!(sensor.wakes().len() <= 100);
            if let (Some(before), Some(after_threshold)) = (before, threshold_of(&sensor)) {
                prop_assert!((us(100)..=ms(10)).contains(&after_threshold));
                // It moves only by a judgement, and in its direction.
                match (after.false_wakes > counted.false_wakes, after.missed > counted.missed) {
                    (true, false) => prop_assert!(after_threshold >= before),
                    (false, true) => prop_assert!(after_threshold <= before),
                    (false, false) => prop_assert_eq!(after_threshold, before),
                    (true, true) => prop_assert!(false, "both at once"),
                }
            }
        }
    }

    #[test]
    fn the_clocks_are_raised_at_most_once_a_second_and_never_for_ever(
        uses in prop::collection::vec(0..5000_u64, 1..2000)
    ) {
        let mut watch = Watch::new(at(0));
        let sensed = SensedProcess { pid: 7, started: StartTime(1), threshold: us(1000) };
        let sensing = Sensing { processes: vec![sensed], ..Sensing::default() };
        watch.arm(sensing, &[Duration::ZERO], at(0));
        let (mut clock, mut last, mut up) = (Duration::ZERO, None::<Moment>, None::<Moment>);
        for used in uses {
            clock += us(used);
            let now = watch.next().expect("it keeps checking");
            match watch.check(now, |_| Some(clock)) {
                Some(Step::Raise(cause)) => {
                    prop_assert!(up.is_none() && cause.used > us(1000));
                    prop_assert!(last.is_none_or(|last| now.since(last) >= ms(1000)));
                    watch.raised(cause, now, ms(9), now);
                    (last, up) = (Some(now), Some(now));
                }
                Some(Step::Release(reason)) => {
                    prop_assert!(up.is_some());
                    watch.released(reason, now);
                    up = None;
                }
                Some(Step::Renew) => prop_assert!(false, "10 s are less than the interval"),
                None => {}
            }
            prop_assert_eq!(watch.is_raised(), up.is_some());
            prop_assert!(up.is_none_or(|up| now.since(up) < ms(10_000)), "no command confirmed it");
        }
    }
}

fn threshold_of(sensor: &Sensor) -> Option<Duration> {
    let process = sensor.processes.first()?;
    Some(process.threshold)
}
