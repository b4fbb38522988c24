use super::*;

#[test]
fn work_after_the_wake_makes_it_useful() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(900));
    assert!(sensor.is_judging());
    assert_eq!(sensor.work(&gpu(5100, 0)), None, "too early for a sign");
    assert_eq!(sensor.work(&gpu(5600, 40)), Some(Advice::Stay));
    assert_eq!(verdicts(&sensor), [Verdict::Useful]);
    assert_eq!(threshold(&sensor), us(300), "nothing to learn");
    assert!(!sensor.is_judging());
}

#[test]
fn a_wake_without_work_is_false_and_raises_the_threshold() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(600));
    quiet(&mut sensor, 5500);
    assert_eq!(sensor.work(&gpu(5900, 0)), None, "within the driver's lag");
    assert_eq!(sensor.work(&gpu(6000, 0)), Some(Advice::ReleaseFalse));
    assert_eq!(verdicts(&sensor), [Verdict::False]);
    assert_eq!(threshold(&sensor), us(900), "half as much again as it used");
}

#[test]
fn a_server_that_still_prepares_its_prompt_is_undecided() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(600));
    let busy = |used| ProcessorUse {
        pid: 7,
        used,
        most: ms(20),
    };
    sensor.used(&[busy(ms(600))], at(5600));
    assert_eq!(sensor.work(&gpu(6100, 0)), None);
    assert!(sensor.is_judging());
    sensor.used(&[busy(ms(399))], at(6200));
    assert_eq!(sensor.work(&gpu(6200, 0)), None, "999 ms of the processor");
    sensor.used(&[busy(ms(1))], at(6300));
    assert_eq!(sensor.work(&gpu(6300, 0)), Some(Advice::ReleaseFalse));
}

#[test]
fn the_drivers_report_by_process_comes_before_that_of_the_gpu() {
    /// Processes with their utilisation; the GPU's.
    type Reported = (Option<&'static [(u32, Percent)]>, Option<u32>);
    const NO_PROCESS: &[(u32, Percent)] = &[];
    const DESKTOP: &[(u32, Percent)] = &[(1, Percent(9))];
    const SERVER: &[(u32, Percent)] = &[(1, Percent(9)), (7, Percent(1))];
    let cases: [(Reported, Option<Advice>); 6] = [
        ((Some(DESKTOP), Some(9)), Some(Advice::ReleaseFalse)),
        ((Some(NO_PROCESS), Some(9)), Some(Advice::ReleaseFalse)),
        ((Some(SERVER), Some(0)), Some(Advice::Stay)),
        ((None, Some(9)), Some(Advice::Stay)),
        ((None, Some(0)), Some(Advice::ReleaseFalse)),
        ((None, None), None),
    ];
    for ((processes, percent), advice) in cases {
        let mut sensor = sensor();
        raise(&mut sensor, 5000, us(600));
        quiet(&mut sensor, 5500);
        let work = GpuWork {
            processes,
            gpu: percent.map(Percent),
            ..gpu(6500, 0)
        };
        assert_eq!(sensor.work(&work), advice, "{work:?}");
    }
}

#[test]
fn a_false_wake_does_not_end_a_lease_that_began_meanwhile() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(600));
    sensor.raised_otherwise();
    quiet(&mut sensor, 5500);
    assert_eq!(sensor.work(&gpu(6000, 0)), None);
    assert_eq!(verdicts(&sensor), [Verdict::False]);
}

#[test]
fn where_the_driver_reports_no_work_nothing_is_learned() {
    let mut sensor = sensor();
    let silent = GpuWork {
        gpu: None,
        ..gpu(9000, 0)
    };
    raise(&mut sensor, 5000, us(600));
    quiet(&mut sensor, 8000);
    release(&mut sensor, 8000);
    assert_eq!(sensor.work(&silent), None);
    assert_eq!(verdicts(&sensor), [Verdict::Undecided]);
    assert_eq!(threshold(&sensor), us(300));
    assert_eq!(sensor.statistics().false_wakes, 0);
}

#[test]
fn a_wake_is_judged_after_its_release_too() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(600));
    release(&mut sensor, 5200);
    assert_eq!(
        sensor.work(&gpu(6100, 0)),
        None,
        "nothing is raised any more"
    );
    assert_eq!(verdicts(&sensor), [Verdict::False]);
    assert_eq!(threshold(&sensor), us(900));
}

#[test]
fn work_that_no_wake_preceded_is_missed_once_and_lowers_the_threshold() {
    let mut sensor = sensor();
    used(&mut sensor, 4500, us(240));
    assert_eq!(sensor.work(&gpu(5000, 30)), Some(Advice::Raise));
    assert_eq!(verdicts(&sensor), [], "suspected");
    assert_eq!(threshold(&sensor), us(300));
    assert!(sensor.is_judging());
    sensor.raised_as_advised(at(5010));
    used(&mut sensor, 5079, us(30));
    assert_eq!(verdicts(&sensor), [], "its wake may be under way");
    used(&mut sensor, 5080, us(30));
    assert_eq!(verdicts(&sensor), [Verdict::Missed]);
    assert_eq!(threshold(&sensor), us(160), "two thirds of what it used");
    let missed = sensor.wakes().next().expect("a wake");
    assert_eq!((missed.at, missed.used), (at(5000), Some(us(240))));
    assert!(!sensor.is_judging());
    assert_eq!(
        sensor.work(&gpu(5500, 30)),
        Some(Advice::Stay),
        "the same request"
    );
    quiet(&mut sensor, 5600);
    assert_eq!(verdicts(&sensor), [Verdict::Missed]);
    release(&mut sensor, 8500);
    assert_eq!(
        sensor.work(&gpu(10_500, 30)),
        Some(Advice::Raise),
        "another one"
    );
    quiet(&mut sensor, 10_700);
    assert_eq!(sensor.statistics().missed, 2);
}

#[test]
fn work_that_is_seen_before_its_wake_is_reported_is_not_missed() {
    let mut sensor = sensor();
    assert_eq!(sensor.work(&gpu(5000, 30)), Some(Advice::Raise));
    raise(&mut sensor, 5004, us(900));
    used(&mut sensor, 5250, us(900));
    assert_eq!(sensor.work(&gpu(5250, 40)), Some(Advice::Stay));
    assert_eq!(verdicts(&sensor), [Verdict::Useful]);
    assert_eq!(sensor.statistics().missed, 0);
    assert_eq!(threshold(&sensor), us(300));
}

#[test]
fn a_request_that_was_raised_for_before_it_was_sensed_is_a_useful_wake() {
    let mut sensor = sensor();
    assert_eq!(sensor.work(&gpu(5000, 30)), Some(Advice::Raise));
    sensor.raised_as_advised(at(5012));
    // The `hold` process reports no raise, because the clocks are up.
    used(&mut sensor, 5250, us(301));
    assert_eq!(verdicts(&sensor), [Verdict::Useful]);
    let statistics = sensor.statistics();
    assert_eq!((statistics.sensed, statistics.missed), (1, 0));
    assert_eq!(statistics.worst_ms, Some(12.0));
    assert_eq!(threshold(&sensor), us(300));
}

#[test]
fn a_missed_request_that_the_driver_refuses_to_raise_for_is_counted_once() {
    let mut sensor = sensor();
    assert_eq!(sensor.work(&gpu(5000, 30)), Some(Advice::Raise));
    sensor.refused(at(5010), None);
    quiet(&mut sensor, 5200);
    assert_eq!(sensor.work(&gpu(6500, 30)), None, "it continues");
    assert_eq!(sensor.work(&gpu(8000, 0)), None);
    assert_eq!(
        sensor.work(&gpu(9000, 30)),
        Some(Advice::Raise),
        "another one"
    );
    quiet(&mut sensor, 9200);
    assert_eq!(sensor.statistics().missed, 2);
}

#[test]
fn a_suspicion_ends_with_the_sensing_and_with_the_process() {
    let ends: [fn(&mut Sensor); 3] = [
        |sensor| sensor.disarmed(at(5010)),
        |sensor| sensor.gone(7),
        |sensor| sensor.raised_otherwise(),
    ];
    for end in ends {
        let mut sensor = sensor();
        assert_eq!(sensor.work(&gpu(5000, 30)), Some(Advice::Raise));
        end(&mut sensor);
        quiet(&mut sensor, 5250);
        assert_eq!(verdicts(&sensor), []);
        assert!(!sensor.is_judging());
    }
}

#[test]
fn a_request_is_over_when_the_gpu_has_rested_as_long_as_the_clocks_linger() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(900));
    assert_eq!(sensor.work(&gpu(5600, 40)), Some(Advice::Stay));
    assert_eq!(sensor.work(&gpu(7600, 40)), Some(Advice::Stay));
    // Polls above the threshold would keep the clocks up for ever.
    assert_eq!(sensor.work(&gpu(10_599, 0)), None);
    assert_eq!(sensor.work(&gpu(10_600, 0)), Some(Advice::Release));
    assert_eq!(verdicts(&sensor), [Verdict::Useful]);

    let mut leased = super::sensor();
    leased.raised_otherwise();
    assert_eq!(
        leased.work(&gpu(60_000, 0)),
        None,
        "a lease lasts as long as it does"
    );
}

#[test]
fn work_of_a_wake_is_not_missed_while_the_drivers_report_lags() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(900));
    sensor.work(&gpu(6000, 50));
    release(&mut sensor, 9000);
    // The second before 9900 has work from before the release in it.
    assert_eq!(sensor.work(&gpu(9900, 3)), None);
    assert_eq!(sensor.work(&gpu(10_900, 3)), None);
    assert_eq!(sensor.work(&gpu(11_000, 3)), Some(Advice::Raise));
}

#[test]
fn nothing_is_missed_while_nothing_is_sensed_or_the_clocks_are_up_otherwise() {
    let mut sensor = sensor();
    sensor.disarmed(at(1000));
    assert_eq!(sensor.work(&gpu(9000, 50)), None);
    sensor.armed(at(9500));
    assert_eq!(sensor.work(&gpu(10_000, 50)), None, "work from before");
    sensor.raised_otherwise();
    assert_eq!(sensor.work(&gpu(12_000, 50)), None);
    assert_eq!(verdicts(&sensor), []);
}

#[test]
fn a_missed_request_is_that_of_the_process_that_the_driver_names() {
    let mut sensor = sensor();
    sensor.watch(&[candidate(7, "ollama"), candidate(8, "runner")]);
    let uses = [(7, us(290)), (8, us(150))].map(|(pid, most)| ProcessorUse {
        pid,
        used: most,
        most,
    });
    sensor.used(&uses, at(4500));
    let work = GpuWork {
        processes: Some(&[(8, Percent(20))]),
        ..gpu(5000, 20)
    };
    assert_eq!(sensor.work(&work), Some(Advice::Raise));
    sensor.used(&[], at(5250));
    let Sensed::Watch(processes) = sensor.sensed(at(5250)) else {
        panic!("watching");
    };
    assert_eq!(processes[0].threshold, us(300));
    assert_eq!(processes[1].threshold, us(100));
    assert_eq!(
        sensor.wakes().next().map(|wake| wake.program.as_str()),
        Some("runner")
    );
}

#[test]
fn a_wake_of_another_users_engine_is_not_ours() {
    let mut sensor = sensor();
    let raised = Raised {
        at: at(5000),
        cause: RaiseCause {
            pid: 7,
            used: us(600),
            period: ms(20),
        },
        call: ms(9),
        wake: ms(10),
    };
    sensor.raised(&raised, false);
    assert_eq!(sensor.work(&gpu(7000, 0)), None);
    assert_eq!(sensor.statistics(), WakeStatistics::default());
    assert_eq!(threshold(&sensor), us(300));
}

#[test]
fn a_process_that_ends_leaves_its_wake_undecided() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(600));
    sensor.gone(7);
    assert!(!sensor.is_judging());
    assert_eq!(verdicts(&sensor), [Verdict::Undecided]);
    assert_eq!(sensor.sensed(at(5000)), Sensed::Watch(Vec::new()));
}

#[test]
fn what_was_learned_belongs_to_the_program_and_survives_the_run() {
    let mut sensor = sensor();
    raise(&mut sensor, 5000, us(600));
    quiet(&mut sensor, 5500);
    sensor.work(&gpu(6000, 0));
    let kept = serde_json::to_string(sensor.learned()).expect("JSON");
    assert_eq!(kept, r#"{"thresholds_us":{"llama-server":900}}"#);

    let mut later = Sensor::new(
        serde_json::from_str(&kept).expect("the same"),
        ReadinessSettings::default(),
    );
    later.watch(&[candidate(99, "llama-server"), candidate(98, "ollama")]);
    let Sensed::Watch(processes) = later.sensed(at(0)) else {
        panic!("watching");
    };
    assert_eq!(processes[0].threshold, us(900));
    assert_eq!(processes[1].threshold, us(300));

    // A file that was edited changes no limit.
    let edited = r#"{"thresholds_us":{"a":0,"b":18446744073709551615}}"#;
    let edited: LearnedThresholds = serde_json::from_str(edited).expect("JSON");
    assert_eq!((edited.of("a"), edited.of("b")), (us(100), ms(10)));
}

#[test]
fn a_hundred_wakes_are_remembered_and_all_are_counted() {
    let mut sensor = sensor();
    for number in 0..150 {
        let now = 10_000 * (number + 1);
        raise(&mut sensor, now, us(900));
        sensor.clocks(at(now + 100), Some(true));
        sensor.work(&gpu(now + 600, 50));
        release(&mut sensor, now + 3000);
    }
    assert_eq!(sensor.wakes().len(), 100);
    assert_eq!(sensor.wakes().next().map(|wake| wake.at), Some(at(510_000)));
    let statistics = sensor.statistics();
    assert_eq!((statistics.sensed, statistics.false_wakes), (150, 0));
    assert_eq!(statistics.median_ms, Some(10.0));
    assert_eq!(statistics.worst_ms, Some(10.0));
    let json = serde_json::to_value(statistics).expect("JSON");
    assert_eq!(json["false"], 0, "the name in the status");
}
