//! One request, whose work a sample may show before its wake is reported.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::gpu::holder::Sensing;

/// The messages between the engine and the `hold` process.
#[derive(Clone, Debug)]
enum Message {
    Raise,
    Report,
    Raised(Raised),
    RaisedAsAsked(Moment),
    Used(Vec<ProcessorUse>, Moment),
}

/// Delivered in order, each after a delay of its own.
#[derive(Clone, Debug, Default)]
struct Pipe(VecDeque<(Moment, Message)>);

impl Pipe {
    fn send(&mut self, message: Message, at: Moment) {
        let last = self.0.back().map_or(at, |(last, _)| *last);
        self.0.push_back((at.max(last), message));
    }

    fn receive(&mut self, now: Moment) -> Option<Message> {
        self.0
            .pop_front_if(|(at, _)| *at <= now)
            .map(|(_, message)| message)
    }
}

/// The times of the events, in microseconds.
#[derive(Clone, Debug)]
struct Timing {
    /// From a reading to the request.
    request: u64,
    /// From the request to its work on the GPU, and how long that lasts.
    lead: u64,
    works_for: u64,
    /// From the request to the first sample that may show it.
    sample: u64,
    /// From an engine's command to the `hold` process, and back.
    there: u64,
    back: u64,
    call: u64,
    by_process: bool,
}

fn timing() -> impl Strategy<Value = Timing> {
    (
        prop_oneof![0..40_000_u64, 39_600..40_000_u64],
        prop_oneof![1..60_000_u64, 1..300_u64],
        1000..2_000_000_u64,
        prop_oneof![0..250_000_u64, 0..400_u64],
        (0..30_000_u64, 0..30_000_u64, 5000..22_000_u64),
        any::<bool>(),
    )
        .prop_map(
            |(request, lead, works_for, sample, (there, back, call), by_process)| Timing {
                request,
                lead,
                works_for,
                sample,
                there,
                back,
                call,
                by_process,
            },
        )
}

/// The engine and the `hold` process, from 2 s before the request to 3 s after it.
fn play(timing: &Timing) -> Sensor {
    let start = at(10_000);
    let request = start + ms(2000) + us(timing.request);
    let begins = request + us(timing.lead);
    let ends = begins + us(timing.works_for);
    // It prepares its kernels on one processor, and waits for them there.
    let processor = |now: Moment| now.min(ends).since(request);
    let works = |from: Moment, to: Moment| from < ends && begins < to;

    let mut sensor = sensor();
    let mut watch = Watch::new(start);
    let sensing = Sensing {
        processes: vec![SensedProcess {
            pid: 7,
            started: StartTime(1),
            threshold: us(300),
        }],
        ..Sensing::default()
    };
    watch.arm(sensing, &[Duration::ZERO], start);
    let (mut to_hold, mut to_engine) = (Pipe::default(), Pipe::default());
    // The `hold` process does nothing else while it calls the driver.
    let mut free_at = start;
    let mut sampled = request + us(timing.sample) - ms(250);
    let mut next_sample = request + us(timing.sample);

    let mut now = start;
    while now < request + ms(5000) {
        now = now + us(100);
        if free_at <= now
            && watch.next().is_some_and(|check| check <= now)
            && let Some(Step::Raise(cause)) = watch.check(now, |_| Some(processor(now)))
        {
            free_at = now + us(timing.call);
            let raised = watch.raised(cause, now, us(timing.call), free_at);
            to_engine.send(Message::Raised(raised), free_at + us(timing.back));
        }
        while free_at <= now
            && let Some(command) = to_hold.receive(now)
        {
            match command {
                Message::Raise if !watch.is_raised() => {
                    free_at = now + us(timing.call);
                    watch.commanded(ms(3000), free_at);
                    to_engine.send(Message::RaisedAsAsked(free_at), free_at + us(timing.back));
                }
                Message::Raise => watch.commanded(ms(3000), now),
                Message::Report => {
                    let read_at = watch.read_at();
                    let used = Message::Used(watch.report(), read_at);
                    to_engine.send(used, now + us(timing.back));
                }
                other => panic!("no command: {other:?}"),
            }
        }
        while let Some(report) = to_engine.receive(now) {
            match report {
                Message::Raised(raised) => sensor.raised(&raised, true),
                Message::RaisedAsAsked(at) => sensor.raised_as_advised(at),
                Message::Used(uses, read_at) => sensor.used(&uses, read_at),
                other => panic!("no report: {other:?}"),
            }
        }
        if next_sample <= now {
            let from = if timing.by_process {
                sampled
            } else {
                now - ms(1000)
            };
            let percent = Percent(u32::from(works(from, now)));
            let by_process = [(7, percent)];
            let work = GpuWork {
                from,
                to: now,
                processes: timing.by_process.then_some(&by_process[..]),
                gpu: Some(percent),
            };
            if sensor.work(&work) == Some(Advice::Raise) {
                to_hold.send(Message::Raise, now + us(timing.there));
            }
            to_hold.send(Message::Report, now + us(timing.there));
            sampled = now;
            next_sample = now + ms(250);
        }
    }
    sensor
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_request_that_is_sensed_is_one_useful_wake_whichever_is_seen_first(timing in timing()) {
        let sensor = play(&timing);
        let statistics = sensor.statistics();
        prop_assert_eq!((statistics.sensed, statistics.missed), (1, 0));
        prop_assert_eq!(verdicts(&sensor), [Verdict::Useful]);
        prop_assert_eq!(threshold(&sensor), us(300));
    }
}
