use super::*;

fn wake(sensor: &mut Sensor, now: u64, took: Duration) {
    let raised = Raised {
        at: at(now),
        cause: RaiseCause {
            pid: 7,
            used: us(900),
            period: ms(20),
        },
        call: took,
        wake: took,
    };
    sensor.raised(&raised, true);
}

fn verdict(sensor: &Sensor) -> Option<String> {
    match sensor.sensed(at(0)) {
        Sensed::Hold(verdict) => Some(verdict.to_string()),
        Sensed::Watch(_) => None,
        Sensed::Pause(pause) => panic!("{pause}"),
    }
}

#[test]
fn three_slow_wakes_in_a_row_mean_holding_instead() {
    let mut sensor = sensor();
    wake(&mut sensor, 1000, ms(51));
    wake(&mut sensor, 5000, ms(80));
    assert_eq!(verdict(&sensor), None);
    wake(&mut sensor, 9000, ms(120));
    assert_eq!(
        verdict(&sensor).as_deref(),
        Some("3 wakes in a row failed or took longer than 50 ms, the last 120 ms")
    );
    sensor.try_again();
    assert_eq!(verdict(&sensor), None);
}

#[test]
fn a_good_wake_between_them_starts_the_count_anew() {
    let mut sensor = sensor();
    for now in [1000, 11_000, 31_000, 41_000] {
        wake(&mut sensor, now, ms(60));
        if now == 11_000 {
            wake(&mut sensor, 21_000, ms(50));
            sensor.clocks(at(21_100), Some(true));
        }
    }
    assert_eq!(verdict(&sensor), None);
}

#[test]
fn clocks_that_are_not_seen_up_in_time_mean_holding_instead() {
    let mut sensor = sensor();
    for now in [10_000, 20_000, 30_000] {
        assert_eq!(verdict(&sensor), None);
        wake(&mut sensor, now, ms(10));
        sensor.clocks(at(now + 249), Some(false));
        sensor.clocks(at(now + 250), Some(false));
        sensor.clocks(at(now + 300), Some(true));
    }
    assert_eq!(
        verdict(&sensor).as_deref(),
        Some("3 wakes in a row failed: the clocks were not up 250 ms after the call")
    );
}

#[test]
fn a_useful_wake_is_bad_all_the_same_if_the_clocks_are_not_seen_up_in_time() {
    let mut sensor = sensor();
    for now in [10_000, 20_000, 30_000] {
        assert_eq!(verdict(&sensor), None);
        wake(&mut sensor, now, ms(10));
        sensor.clocks(at(now + 120), Some(false));
        assert_eq!(sensor.work(&gpu(now + 120, 50)), Some(Advice::Stay));
        assert!(sensor.is_judging(), "the clocks are waited for");
        sensor.clocks(at(now + 370), Some(false));
        assert!(!sensor.is_judging());
        release(&mut sensor, now + 5000);
    }
    assert!(!sensor.has_proved_itself());
    assert_eq!(
        verdict(&sensor).as_deref(),
        Some("3 wakes in a row failed: the clocks were not up 250 ms after the call")
    );
    let useful = sensor.wakes().all(|wake| wake.verdict == Verdict::Useful);
    assert!(useful && sensor.wakes().len() == 3);
}

#[test]
fn clocks_that_are_measured_up_after_the_work_confirm_the_strategy_too() {
    let mut sensor = sensor();
    wake(&mut sensor, 10_000, ms(10));
    sensor.clocks(at(10_120), Some(false));
    sensor.work(&gpu(10_120, 50));
    assert!(!sensor.has_proved_itself());
    sensor.clocks(at(10_240), Some(true));
    assert!(sensor.has_proved_itself());
}

#[test]
fn clocks_that_the_driver_does_not_report_are_no_failure() {
    let mut sensor = sensor();
    for now in [10_000, 20_000, 30_000, 40_000] {
        wake(&mut sensor, now, ms(10));
        sensor.clocks(at(now + 400), None);
        // A reading after the release is about something else.
        release(&mut sensor, now + 500);
        sensor.clocks(at(now + 600), Some(false));
        sensor.work(&gpu(now + 2000, 0));
    }
    assert_eq!(verdict(&sensor), None);
}

#[test]
fn a_driver_that_refuses_means_holding_instead() {
    let mut sensor = sensor();
    for now in [1000, 2000, 3000] {
        sensor.refused(at(now), Some(7));
    }
    assert_eq!(
        verdict(&sensor).as_deref(),
        Some("3 wakes in a row failed: the driver refused to raise the clocks")
    );
    assert_eq!(sensor.statistics().sensed, 3);
}

#[test]
fn a_useful_wake_with_the_clocks_measured_up_confirms_the_strategy() {
    let mut sensor = sensor();
    assert!(!sensor.has_proved_itself());
    wake(&mut sensor, 10_000, ms(10));
    sensor.clocks(at(10_100), Some(true));
    assert!(!sensor.has_proved_itself());
    sensor.work(&gpu(10_700, 50));
    assert!(sensor.has_proved_itself());
}

#[test]
fn more_than_32_processes_mean_holding_as_long_as_they_run() {
    let mut sensor = sensor();
    let many: Vec<_> = (0..33).map(|pid| candidate(pid + 1, "worker")).collect();
    sensor.watch(&many);
    assert_eq!(
        verdict(&sensor).as_deref(),
        Some("33 processes use the GPU; requests are sensed in at most 32")
    );
    sensor.watch(&many[..32]);
    assert_eq!(verdict(&sensor), None);
}

/// False wakes of 1.5 s each, one after the other.
fn false_wakes(sensor: &mut Sensor, first: u64, count: u64) -> u64 {
    for number in 0..count {
        let now = first + 2000 * number;
        wake(sensor, now, ms(10));
        sensor.clocks(at(now + 100), Some(true));
        quiet(sensor, now + 1000);
        assert_eq!(sensor.work(&gpu(now + 1500, 0)), Some(Advice::ReleaseFalse));
        release(sensor, now + 1500);
    }
    first + 2000 * count
}

#[test]
fn more_than_a_minute_of_false_wakes_in_an_hour_pauses_sensing() {
    let mut sensor = sensor();
    let now = false_wakes(&mut sensor, 10_000, 40);
    assert!(matches!(sensor.sensed(at(now)), Sensed::Watch(_)), "60 s");
    let now = false_wakes(&mut sensor, now, 1);
    let Sensed::Pause(pause) = sensor.sensed(at(now)) else {
        panic!("no pause after 61.5 s");
    };
    assert_eq!(pause.until.since(at(now - 500)), Duration::from_secs(600));
    assert_eq!(
        pause.to_string(),
        "Sensing is paused for 10 min: the clocks were raised for more than 60 s within an hour \
         without a request. A program that checks on the AI server too often may be the cause."
    );
    assert!(matches!(sensor.sensed(pause.until), Sensed::Watch(_)));
    // An hour later the minute is there again.
    let later = now + 3_700_000;
    false_wakes(&mut sensor, later, 2);
    assert!(matches!(sensor.sensed(at(later + 4000)), Sensed::Watch(_)));
}
