//! The requests that are sensed, and their consequences.

use super::*;

#[test]
fn a_request_is_sensed_within_a_period_and_released_after_it() {
    let mut machine = asked("h200");
    ask(&mut machine, arm(&[server()]), 1.0).unwrap();
    assert_eq!(level(&mut machine, 9.9).1, 345);
    let all = reports(&mut machine, 30.0);
    let [
        (_, HolderReport::Raised(raised)),
        (_, HolderReport::Released(released)),
    ] = &all[..]
    else {
        panic!("{:?}", names(&all));
    };
    // 40 ms between two checks, and 10 ms for the call.
    assert!(
        raised.at > at(10.01) && raised.at <= at(10.05),
        "{}",
        raised.at
    );
    assert_eq!(raised.cause.pid, PID);
    assert_eq!(raised.cause.period, Duration::from_millis(40));
    assert_eq!((raised.call, raised.wake), (10 * MS, 10 * MS));
    assert_eq!(released.reason, ReleaseReason::Idle);
    // 3 s after the last use of the processor, at 12 s.
    assert!(
        released.at > at(15.0) && released.at < at(15.06),
        "{}",
        released.at
    );
    assert_eq!(level(&mut machine, 30.0).1, 345);
}

#[test]
fn the_gpu_works_from_the_first_kernel_to_the_end_and_its_process_is_named() {
    let mut machine = asked("h200");
    let work = |machine: &mut SimulatedMachine, s: f64| {
        let sample = sample(machine, s);
        let by_process = sample.process_utilization.map(|all| {
            let of = all.iter().map(|load| (load.pid, load.percent.0));
            of.collect::<Vec<_>>()
        });
        (sample.utilization.unwrap().0, by_process)
    };
    // The driver reports nothing by process in the first sample.
    assert_eq!(work(&mut machine, 5.0), (0, None));
    assert_eq!(work(&mut machine, 10.03), (0, Some(vec![(PID, 0)])));
    assert_eq!(work(&mut machine, 10.05), (100, Some(vec![(PID, 100)])));
    assert_eq!(work(&mut machine, 11.99), (100, Some(vec![(PID, 100)])));
    assert_eq!(work(&mut machine, 12.01), (0, Some(vec![(PID, 0)])));
}

#[test]
fn a_request_to_a_process_that_does_not_run_does_nothing() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"request\"\npid = 9\nat_s = 1\nfor_s = 2",
    );
    assert_eq!(sample(&mut machine, 2.0).utilization.unwrap().0, 0);
}

#[test]
fn a_server_at_rest_is_no_request_and_a_poll_above_the_threshold_is() {
    let polled = |threshold_us: u64| {
        let mut machine = machine(&format!(
            "[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"program\"\nprogram = \"llama-server\"\n\
             pid = {PID}\nstarted = {STARTED}\nboosts = false\npoll_every_s = 5"
        ));
        let threshold = Duration::from_micros(threshold_us);
        let sensed = SensedProcess {
            threshold,
            ..server()
        };
        ask(&mut machine, arm(&[sensed]), 1.0).unwrap();
        let all = reports(&mut machine, 16.0);
        let raised = |(_, report): &&(_, HolderReport)| matches!(report, HolderReport::Raised(_));
        all.iter().filter(raised).count()
    };
    // Every second 40 us, every 5 s a poll of 0.6 ms, which may fall on both sides of a check.
    assert_eq!(polled(700), 0);
    assert_eq!(polled(250), 3);
}

#[test]
fn a_report_has_the_time_used_since_the_last_one() {
    let mut machine = asked("h200");
    ask(&mut machine, arm(&[server()]), 1.01).unwrap();
    let quiet = ask(&mut machine, HolderAction::Report, 8.99).unwrap();
    // From 2 s to 8 s, once a second.
    assert_eq!(quiet.processes[0].used, 7 * REST);
    assert_eq!(quiet.processes[0].most, REST);
    let all = reports(&mut machine, 13.4);
    assert_eq!(all.len(), 1, "{:?}", names(&all));
    let asked = ask(&mut machine, HolderAction::Report, 13.49).unwrap();
    let expected = Duration::from_secs(2) + 5 * REST;
    assert_eq!(asked.processes[0].used, expected);
    // Never more than one core in a period of 40 ms, beside its timer.
    assert!(asked.processes[0].most <= 40 * MS + REST);
}

#[test]
fn a_raise_for_a_lease_lasts_as_long_as_ordered_and_a_stay_extends_it() {
    let mut machine = asked("h200");
    ask(&mut machine, arm(&[]), 1.0).unwrap();
    let lasting = Duration::from_secs(5);
    assert!(
        ask(&mut machine, HolderAction::Raise { lasting }, 20.0)
            .unwrap()
            .raised
    );
    ask(&mut machine, HolderAction::Stay { lasting }, 24.0).unwrap();
    let all = reports(&mut machine, 60.0);
    let [(_, HolderReport::Released(released))] = &all[..] else {
        panic!("{:?}", names(&all));
    };
    assert_eq!(released.reason, ReleaseReason::Idle);
    assert!(
        released.at >= at(29.0) && released.at < at(29.02),
        "{}",
        released.at
    );
}

#[test]
fn without_the_keeper_a_raise_ends_and_no_other_follows() {
    let mut machine = machine(&format!(
        "[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"program\"\nprogram = \"llama-server\"\n\
         pid = {PID}\nstarted = {STARTED}\nboosts = false\nat_s = 0\n\
         [[events]]\nkind = \"request\"\npid = {PID}\nat_s = 10\nfor_s = 25\nrepeat_every_s = 60"
    ));
    ask(&mut machine, arm(&[server()]), 1.0).unwrap();
    let all = reports(&mut machine, 300.0);
    let [
        (_, HolderReport::Raised(raised)),
        (_, HolderReport::Released(released)),
    ] = &all[..]
    else {
        panic!("{:?}", names(&all));
    };
    assert_eq!(released.reason, ReleaseReason::Unconfirmed);
    // Seen by a check after 20 ms, and 10 ms for the call that clears.
    let raised_for = released.at.since(raised.at);
    assert!(raised_for >= Duration::from_secs(10) && raised_for < Duration::from_millis(10_040));
}

#[test]
fn a_process_that_ends_is_reported_and_its_raise_released() {
    let mut machine = asked("h200");
    ask(&mut machine, arm(&[server()]), 97.0).unwrap();
    let request = Request {
        pid: PID,
        utilization: crate::units::Percent(50),
        lead: Duration::ZERO,
    };
    machine.happen(None, EventKind::Request(request), None, at(98.0));
    let all = names(&reports(&mut machine, 120.0));
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all[0].ends_with("raised for 500"), "{all:?}");
    assert_eq!(all[1..], ["100.000 s gone 500", "100.001 s released, Gone"]);
}

#[test]
fn a_process_that_is_gone_or_another_by_now_is_not_watched() {
    let mut machine = asked("h200");
    let replaced = SensedProcess {
        started: StartTime(STARTED - 1),
        ..server()
    };
    let gone = SensedProcess { pid: 9, ..server() };
    let answer = ask(&mut machine, arm(&[replaced, gone, server()]), 1.0).unwrap();
    let reasons: Vec<_> = answer.unwatched.iter().map(|u| (u.pid, u.reason)).collect();
    assert_eq!(
        reasons,
        [(PID, UnwatchedReason::Replaced), (9, UnwatchedReason::Gone)]
    );
    // The third is.
    assert!(!reports(&mut machine, 11.0).is_empty());
}

#[test]
fn each_round_of_a_program_is_another_process() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"program\"\nprogram = \"llama-server\"\n\
         pid = 500\nat_s = 10\nfor_s = 5\nrepeat_every_s = 30",
    );
    let started = |machine: &mut SimulatedMachine, s| {
        let host = machine.host(&[], at(s));
        host.ai_programs.first().and_then(|process| process.started)
    };
    let first = started(&mut machine, 11.0).unwrap();
    assert_eq!(started(&mut machine, 14.0), Some(first));
    assert_eq!(started(&mut machine, 20.0), None);
    // In clock ticks of 10 ms.
    assert_eq!(started(&mut machine, 41.0), Some(StartTime(first.0 + 3000)));

    let sensed = SensedProcess {
        pid: 500,
        started: StartTime(first.0 + 3000),
        threshold: MS,
    };
    let reply = ask(&mut machine, arm(&[sensed]), 42.0).unwrap();
    assert!(reply.unwatched.is_empty());
    assert_eq!(names(&reports(&mut machine, 60.0)), ["45.000 s gone 500"]);
}

#[test]
fn a_real_process_s_time_is_sensed_as_a_simulated_one_s() {
    let mut machine = asked("h200");
    ask(&mut machine, arm(&[server()]), 20.0).unwrap();
    for ms in 0..2000 {
        let used = Duration::from_micros(5 * ms);
        machine.set_processor_time(PID, used, at(21.0 + ms as f64 / 1000.0));
    }
    // 5 us a millisecond are 200 us in a period.
    assert!(reports(&mut machine, 24.0).is_empty());
    machine.set_processor_time(PID, 12 * MS, at(24.01));
    let all = reports(&mut machine, 24.1);
    let [(_, HolderReport::Raised(raised))] = &all[..] else {
        panic!("{:?}", names(&all));
    };
    assert!(
        raised.at > at(24.01) && raised.at <= at(24.06),
        "{}",
        raised.at
    );
    machine.end_program(PID, at(25.0));
    let all = names(&reports(&mut machine, 26.0));
    assert_eq!(all, ["25.000 s gone 500", "25.001 s released, Gone"]);
}
