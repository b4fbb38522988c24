use gpu_keepalive_core::Moment;

use super::Clock;

/// Wakes a task at a moment of a clock.
///
/// Tokio reaches a deadline that is seconds away in two or three steps (its wheel has slots of
/// 64 ms and 4096 ms), and each of them wakes the machine; nor does its clock count suspended time.
/// The kernel's own timer on Linux is free of both.
#[derive(Debug)]
pub(crate) struct Alarm {
    clock: Clock,
    #[cfg(target_os = "linux")]
    timer: Option<linux::Timer>,
}

impl Alarm {
    /// An alarm on that clock. Must be made within a tokio runtime.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            timer: matches!(clock, Clock::Boot)
                .then(linux::Timer::new)
                .and_then(|timer| match timer {
                    Ok(timer) => Some(timer),
                    Err(error) => {
                        tracing::debug!("no kernel timer: {error}");
                        None
                    }
                }),
            clock,
        }
    }

    /// Waits until that moment. Cancel safe.
    pub(crate) async fn at(&mut self, moment: Moment) {
        #[cfg(target_os = "linux")]
        if let Some(timer) = &mut self.timer {
            match timer.at(moment.since_origin()).await {
                Ok(()) => return,
                Err(error) => tracing::debug!("the kernel timer fails: {error}"),
            }
            self.timer = None;
        }
        tokio::time::sleep(moment.since(self.clock.now())).await;
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{io, time::Duration};

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::{io::AsyncReadExt, net::unix::pipe::Receiver};

    /// A timer on the clock of [`Clock::Boot`](super::Clock::Boot).
    ///
    /// It is waited for and read like a pipe, and the receiving end of one is what tokio offers for
    /// a descriptor without `unsafe`.
    #[derive(Debug)]
    pub(super) struct Timer(Receiver);

    impl Timer {
        pub(super) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Boottime, flags)?;
            Receiver::from_owned_fd_unchecked(timer).map(Self)
        }

        pub(super) async fn at(&mut self, since_boot: Duration) -> io::Result<()> {
            // Zero would disarm it; the past rings at once.
            let at = since_boot.max(Duration::from_nanos(1));
            let once = Itimerspec {
                it_interval: Timespec::default(),
                it_value: Timespec {
                    tv_sec: i64::try_from(at.as_secs()).unwrap_or(i64::MAX),
                    tv_nsec: at.subsec_nanos().into(),
                },
            };
            timerfd_settime(&self.0, TimerfdTimerFlags::ABSTIME, &once)?;
            // It yields the number of times it rang.
            self.0.read_exact(&mut [0; size_of::<u64>()]).await?;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn it_rings_at_once_for_the_past_and_not_before_the_moment() {
        let clock = Clock::Boot;
        let mut alarm = Alarm::new(clock.clone());
        alarm.at(Moment::ORIGIN).await;
        let soon = clock.now() + Duration::from_millis(20);
        alarm.at(soon).await;
        assert!(clock.now() >= soon);
    }

    #[tokio::test]
    async fn an_alarm_that_was_given_up_does_not_ring_for_the_next() {
        let clock = Clock::Boot;
        let mut alarm = Alarm::new(clock.clone());
        tokio::select! {
            biased;
            () = alarm.at(clock.now() + Duration::from_millis(5)) => {}
            () = tokio::task::yield_now() => {}
        }
        let later = clock.now() + Duration::from_millis(50);
        alarm.at(later).await;
        assert!(clock.now() >= later);
    }

    #[tokio::test(start_paused = true)]
    async fn on_virtual_time_it_rings_by_that() {
        let clock = Clock::tokio();
        let day = clock.now() + Duration::from_secs(86_400);
        Alarm::new(clock.clone()).at(day).await;
        assert!(clock.now() >= day);
    }
}
