//! Decides when a GPU can be benchmarked, which needs it to be left alone by us and by others.

use super::{demand::computing, message};
use crate::protocol::{Cause, PauseReason};

/// The reason why no benchmark can be run now: a fault, a reason to pause, or another user of the GPU.
/// A pause by the user is none: a benchmark is a wish, too.
pub(super) fn obstacle(context: &message::Context<'_>) -> Option<Cause> {
    let own = [PauseReason::User, PauseReason::Measuring];
    let reason = context.reasons.iter().find(|reason| !own.contains(reason));
    let sample = context.history.sample();
    let computing = sample.and_then(|sample| computing(sample, context.seen));
    if let Some(fault) = context.history.fault() {
        let kind = fault.error.kind;
        return Some(Cause::Fault { kind });
    }
    if let Some(reason) = reason {
        return Some(message::pause(*reason, context));
    }
    let used = context.seen.leases > 0 || computing == Some(true);
    used.then(|| message::busy(context))
}
