//! Real GPUs, through NVIDIA's driver.

use std::path::PathBuf;

use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, GpuList, Outcome},
    units::Bytes,
};

use super::{Gpu, GpuSource};
use crate::{
    driver::{self, DriverProcess, DriverThread, HoldProcess},
    processes::resident,
};

/// The place where the vendor's libraries are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// In a child process per GPU, which is killed when it hangs and takes libcuda with it when the
    /// GPU is released. The first choice.
    Process {
        /// The program to start; its `main` calls [`driver::serve`].
        program: PathBuf,
    },
    /// On a thread of this program, in the device's primary context: costs no VRAM of its own
    /// where another library of this program has that context already.
    ///
    /// libcuda is never unloaded, a hung call costs a thread, and `CUDA_DISABLE_PERF_BOOST` and
    /// `CUDA_VISIBLE_DEVICES` are what this program was started with.
    Thread,
}

/// The GPUs of this machine.
#[derive(Clone, Debug)]
pub struct NvidiaSource {
    backend: Backend,
}

impl NvidiaSource {
    /// The GPUs of this machine, touched through `backend`.
    ///
    /// With [`Backend::Process`] the engine must run on a thread that lives as long as it does:
    /// on Linux a driver process dies with the thread that started it. Tokio's own threads do;
    /// those of `spawn_blocking` do not.
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl GpuSource for NvidiaSource {
    type Gpu = NvidiaGpu;
    type Holder = HoldProcess;

    async fn discover(&mut self) -> Result<GpuList, GpuError> {
        match &self.backend {
            Backend::Process { program } => driver::discover(program).await,
            Backend::Thread => driver::discover_on_thread().await,
        }
    }

    fn open(&mut self, gpu: &GpuInfo) -> NvidiaGpu {
        let uuid = gpu.uuid.clone();
        NvidiaGpu(match &self.backend {
            Backend::Process { program } => {
                Driver::Process(Box::new(DriverProcess::new(program.clone(), uuid)))
            }
            Backend::Thread => Driver::Thread(DriverThread::new(uuid)),
        })
    }

    fn holder(&self, gpu: &GpuInfo) -> Result<HoldProcess, GpuError> {
        match &self.backend {
            Backend::Process { program } => HoldProcess::start(program, gpu.pci_bus_id),
            Backend::Thread => Err(GpuError::new(
                GpuErrorKind::NotSupported,
                "the boost request needs a process of its own, which this program does not start",
            )),
        }
    }
}

/// One real GPU.
pub struct NvidiaGpu(Driver);

enum Driver {
    Process(Box<DriverProcess>),
    Thread(DriverThread),
}

impl Gpu for NvidiaGpu {
    async fn perform(&mut self, action: Action) -> Result<Outcome, GpuError> {
        match &mut self.0 {
            Driver::Process(process) => process.perform(action).await,
            Driver::Thread(thread) => thread.perform(action).await,
        }
    }

    async fn ended(&mut self) -> GpuError {
        match &mut self.0 {
            Driver::Process(process) => process.ended().await,
            // A thread that dies answers the next action with an error.
            Driver::Thread(_) => std::future::pending().await,
        }
    }

    fn resident(&self) -> Option<Bytes> {
        match &self.0 {
            Driver::Process(process) => resident(process.pid()?),
            // Its memory is this program's.
            Driver::Thread(_) => None,
        }
    }
}
