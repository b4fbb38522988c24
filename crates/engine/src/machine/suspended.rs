use std::time::Duration;

use gpu_keepalive_core::host::HostEvent;

/// Less is the time between two clock readings, not a suspend.
const SHORTEST_SUSPEND: Duration = Duration::from_millis(100);

/// Detects a resume that was not announced: no logind, or a suspend that went around it.
#[derive(Debug)]
pub(super) struct Suspended {
    seen: Duration,
    resume_will_be_announced: bool,
}

impl Suspended {
    /// Takes the time spent suspended so far as known.
    pub(super) fn since(seen: Duration) -> Self {
        Self {
            seen,
            resume_will_be_announced: false,
        }
    }

    /// Returns true if the machine was suspended since the last sample or announcement.
    pub(super) fn has_grown(&mut self, total: Duration) -> bool {
        let grown = total.saturating_sub(self.seen) >= SHORTEST_SUSPEND;
        if grown && !self.resume_will_be_announced {
            self.seen = total;
        }
        grown && !self.resume_will_be_announced
    }

    /// Takes note of a suspend or resume that is announced.
    pub(super) fn announced(&mut self, event: HostEvent, total: Duration) {
        match event {
            HostEvent::Suspending => self.resume_will_be_announced = true,
            HostEvent::Resumed => *self = Self::since(total),
            HostEvent::PowerSourceChanged => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_resume_that_is_not_announced_is_detected_once() {
        let mut suspended = Suspended::since(seconds(100));
        assert!(!suspended.has_grown(seconds(100)));
        assert!(!suspended.has_grown(seconds(100) + Duration::from_millis(1)));
        assert!(suspended.has_grown(seconds(160)));
        assert!(!suspended.has_grown(seconds(160)));
        assert!(suspended.has_grown(seconds(161)));
    }

    #[test]
    fn a_resume_that_is_announced_is_not_detected_as_well() {
        let mut suspended = Suspended::since(seconds(0));
        suspended.announced(HostEvent::Suspending, seconds(0));
        assert!(!suspended.has_grown(seconds(60)));
        suspended.announced(HostEvent::PowerSourceChanged, seconds(60));
        assert!(!suspended.has_grown(seconds(60)));
        suspended.announced(HostEvent::Resumed, seconds(60));
        assert!(!suspended.has_grown(seconds(60)));
        assert!(suspended.has_grown(seconds(120)));
    }
}
