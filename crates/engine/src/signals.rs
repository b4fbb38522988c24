//! The signals that ask a program to end.

pub use platform::Signals;

#[cfg(unix)]
mod platform {
    use std::io;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals that ask a program to end. Not SIGHUP, which `nohup` wants ignored.
    pub struct Signals {
        interrupt: Signal,
        terminate: Signal,
    }

    impl Signals {
        /// Begins to listen. Must be called within a tokio runtime.
        ///
        /// # Errors
        /// The system refuses the signal handler.
        pub fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }

        /// Waits for one; the exit code of a program that it ends at once.
        pub async fn next(&mut self) -> i32 {
            let signal = tokio::select! {
                _ = self.interrupt.recv() => SignalKind::interrupt(),
                _ = self.terminate.recv() => SignalKind::terminate(),
            };
            128 + signal.as_raw_value()
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use std::io;

    use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

    /// The events that ask a program to end: of its console, or the end of that console.
    pub struct Signals {
        ctrl_c: CtrlC,
        ctrl_break: CtrlBreak,
        ctrl_close: CtrlClose,
    }

    impl Signals {
        /// Begins to listen. Must be called within a tokio runtime.
        ///
        /// # Errors
        /// The system refuses the signal handler.
        pub fn new() -> io::Result<Self> {
            Ok(Self {
                ctrl_c: ctrl_c()?,
                ctrl_break: ctrl_break()?,
                ctrl_close: ctrl_close()?,
            })
        }

        /// Waits for one; the exit code of a program that it ends at once
        /// (`STATUS_CONTROL_C_EXIT`).
        pub async fn next(&mut self) -> i32 {
            tokio::select! {
                _ = self.ctrl_c.recv() => {}
                _ = self.ctrl_break.recv() => {}
                _ = self.ctrl_close.recv() => {}
            }
            0xC000_013A_u32.cast_signed()
        }
    }
}
