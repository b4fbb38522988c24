//! When a GPU can be measured, which needs it to be left alone by us and by others.

use super::{demand::computing, words};
use crate::protocol::PauseReason;

/// Why it cannot be measured now, for people: whatever protects it from being kept warm, and
/// whoever uses it. A pause by the user is none: being measured is a wish, too.
pub(super) fn obstacle(context: &words::Context<'_>) -> Option<String> {
    let own = [PauseReason::User, PauseReason::Measuring];
    let reason = context.reasons.iter().find(|reason| !own.contains(reason));
    let sample = context.record.sample();
    let computing = sample.and_then(|sample| computing(sample, context.seen));
    let why = if let Some(fault) = context.record.fault() {
        fault.error.message.clone()
    } else if let Some(reason) = reason {
        words::cause(*reason, context)
    } else if context.seen.leases > 0 {
        "a program runs inference".to_owned()
    } else if computing == Some(true) {
        "another program is computing on it".to_owned()
    } else {
        return None;
    };
    Some(format!("This GPU cannot be measured now: {why}."))
}
