//! The end of everything that was made to happen.

use super::{
    operations::{CLIENT, check, today},
    *,
};

/// Let everything end that ends by itself: then each GPU is held or at rest, and none in flight.
pub(super) fn settle(harness: &mut Harness) {
    harness.handle(Input::ClientGone(CLIENT));
    (100..140).for_each(|n| harness.handle(Input::ClientGone(ClientId(n))));
    harness.handle(Input::Today(today(harness)));
    harness.store_error = None;
    let now = harness.now();
    harness.machine.set_guest(0, None, now);
    for request in [Request::On, Request::Resume, Request::CancelBench] {
        harness.request(request);
    }
    harness.handle(Input::BenchmarkEnded(None));
    harness.change(|settings| {
        *settings = Settings {
            mode: Mode::Always,
            ..Settings::default()
        }
    });
    harness.request(Request::Mode { mode: Mode::Always });
    harness.load(0);
    harness.run_watched(10 * MINUTE, check);
}

/// The share of decisions, by GPU, at which it is ready in the next five minutes: a card that gets
/// too hot is ready now and then.
pub(super) fn readiness(harness: &mut Harness) -> Vec<f64> {
    let mut ready = vec![0.0; harness.keeper.gpus().count()];
    let mut decisions = 0.0;
    harness.run_watched(5 * MINUTE, |seen| {
        check(seen);
        decisions += 1.0;
        for (share, (info, policy, _)) in ready.iter_mut().zip(seen.keeper.gpus()) {
            *share += f64::from(u8::from(policy.ready(info) == Some(true)));
        }
    });
    ready.iter().map(|count| count / decisions).collect()
}
