//! The events that the process waits for besides its next check.

use std::{
    io,
    mem::MaybeUninit,
    os::fd::{AsFd, OwnedFd},
    time::Duration,
};

use rustix::event::{
    Timespec,
    epoll::{self, CreateFlags, EventData, EventFlags},
};

use crate::driver::hold::Event;

/// Stands for the input, which no process id can be.
const INPUT: u64 = u64::MAX;

/// Waits with one system call, however many processes there are.
#[derive(Debug)]
pub(in crate::driver::hold) struct Events {
    epoll: OwnedFd,
}

impl Events {
    pub(in crate::driver::hold) fn new(input: impl AsFd) -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        epoll::add(&epoll, input, EventData::new_u64(INPUT), EventFlags::IN)?;
        Ok(Self { epoll })
    }

    /// Waits for the end of that process too, until its pidfd is closed.
    pub(in crate::driver::hold) fn add(&self, pidfd: &OwnedFd, pid: u32) -> io::Result<()> {
        let data = EventData::new_u64(pid.into());
        Ok(epoll::add(&self.epoll, pidfd, data, EventFlags::IN)?)
    }

    /// Waits for an event, or for so long, rounded up to a millisecond; without an end when that is
    /// `None`.
    #[inline(always)]
    pub(in crate::driver::hold) fn wait(
        &self,
        at_most: Option<Duration>,
    ) -> io::Result<Option<Event>> {
        let at_most = at_most.map(|time| Timespec {
            tv_sec: time.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: time.subsec_nanos().into(),
        });
        let mut event = [MaybeUninit::uninit(); 1];
        let events = match epoll::wait(&self.epoll, &mut event, at_most.as_ref()) {
            Err(rustix::io::Errno::INTR) => return Ok(None),
            waited => waited?.0,
        };
        Ok(events.first().map(|event| match { event.data }.u64() {
            INPUT => Event::Input,
            // It was a process id when it was added.
            pid => Event::Ended(pid as u32),
        }))
    }
}
