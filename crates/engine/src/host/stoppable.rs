//! A program that its terminal can stop: Ctrl-Z releases the GPUs before it takes effect.

use std::io;

use gpu_keepalive_core::{
    host::{HostEvent, HostSample, Served},
    settings::AiProgram,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Host;

/// `SIGTSTP` of job control (signal(7)), which tokio has no name for.
const TERMINAL_STOP: i32 = rustix::process::Signal::TSTP.as_raw();

/// A machine that also seems to suspend while this program is stopped by its terminal.
pub struct Stoppable<H> {
    machine: H,
    stop: Signal,
    released: bool,
    on_stop: Box<dyn FnMut(bool) + Send>,
}

impl<H: Host> Stoppable<H> {
    /// Begins to listen. `on_stop` is called with true right before this program stops, and with
    /// false when it runs again. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The system refuses the signal handler.
    pub fn new(machine: H, on_stop: impl FnMut(bool) + Send + 'static) -> io::Result<Self> {
        Ok(Self {
            machine,
            stop: signal(SignalKind::from_raw(TERMINAL_STOP))?,
            released: false,
            on_stop: Box::new(on_stop),
        })
    }

    fn stop(&mut self) {
        (self.on_stop)(true);
        let own = rustix::process::getpid();
        // Returns when SIGCONT arrives.
        if let Err(error) = rustix::process::kill_process(own, rustix::process::Signal::STOP) {
            tracing::warn!("this program cannot be stopped: {error}");
        }
        (self.on_stop)(false);
    }
}

impl<H: Host> Host for Stoppable<H> {
    async fn sample(&mut self, ai_programs: &[AiProgram]) -> HostSample {
        self.machine.sample(ai_programs).await
    }

    fn follow(&mut self, served: &Served) {
        self.machine.follow(served);
    }

    async fn event(&mut self) -> HostEvent {
        // Asked for the next event, the last one was handled: every GPU is released.
        if std::mem::take(&mut self.released) {
            self.stop();
            return HostEvent::Resumed;
        }
        tokio::select! {
            _ = self.stop.recv() => {
                self.released = true;
                HostEvent::Suspending
            }
            event = self.machine.event() => event,
        }
    }
}
