//! A quiet server without an engine: the clocks are held for it by the process that started it.

use std::{
    io,
    path::Path,
    sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use gpu_keepalive_core::{
    gpu::{GpuError, PciBusId},
    host::Served,
};

use crate::{clock::Clock, driver::OwnBoosts, processes::Processes};

/// Time between two checks of the GPUs that the server has open.
const CHECK_EVERY: Duration = Duration::from_secs(2);

/// Holds the boost of every GPU that a process tree has open, from a thread of this process: a driver
/// that hangs then stops nothing but that. Dropping it ends the boosts.
pub struct OwnBoost {
    _stop: SyncSender<()>,
}

impl OwnBoost {
    /// Begins for the processes below `root`. `report` receives the GPU that is held from now on,
    /// and the driver's error when it refused.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(
        root: u32,
        mut report: impl FnMut(PciBusId, Result<(), GpuError>) + Send + 'static,
    ) -> io::Result<Self> {
        let (stop, stopped) = sync_channel::<()>(0);
        let hold = move || {
            // As in the `hold` process: what is started from this thread gets no more rights.
            if let Err(error) = rustix::thread::set_no_new_privs(true) {
                tracing::debug!("new privileges: {error}");
            }
            let mut processes = Processes::new(Path::new("/"));
            processes.serve(Served {
                roots: vec![root],
                round: 0,
            });
            let mut boosts = OwnBoosts::new();
            loop {
                let now = Clock::Boot.now();
                for (gpu, result) in boosts.hold(&processes.gpus_of_served(), now) {
                    report(gpu, result);
                }
                if stopped.recv_timeout(CHECK_EVERY) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        };
        thread::Builder::new().name("boost".into()).spawn(hold)?;
        Ok(Self { _stop: stop })
    }
}
