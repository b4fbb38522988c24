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

    use tokio::signal::windows::{
        CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
        ctrl_logoff, ctrl_shutdown,
    };

    /// The events that ask a program to end: of its console, the end of that console, and that of
    /// the session or the machine. After the last three Windows waits about 5 s (documented for
    /// `HandlerRoutine`), for which tokio keeps the program.
    pub struct Signals {
        ctrl_c: CtrlC,
        ctrl_break: CtrlBreak,
        ctrl_close: CtrlClose,
        ctrl_logoff: CtrlLogoff,
        ctrl_shutdown: CtrlShutdown,
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
                ctrl_logoff: ctrl_logoff()?,
                ctrl_shutdown: ctrl_shutdown()?,
            })
        }

        /// Waits for one; the exit code of a program that it ends at once
        /// (`STATUS_CONTROL_C_EXIT`).
        pub async fn next(&mut self) -> i32 {
            tokio::select! {
                _ = self.ctrl_c.recv() => {}
                _ = self.ctrl_break.recv() => {}
                _ = self.ctrl_close.recv() => {}
                _ = self.ctrl_logoff.recv() => {}
                _ = self.ctrl_shutdown.recv() => {}
            }
            0xC000_013A_u32.cast_signed()
        }
    }
}
