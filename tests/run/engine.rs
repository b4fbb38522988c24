//! A running engine: the real program in a process of its own.

use std::time::Duration;

use gpu_keepalive_core::protocol::{Event, GpuStatus, Phase, Reply, Request, Status};
use gpu_keepalive_engine::socket::{Client, Subscription};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    ffi::driver::FakeDriver,
    support::{DEADLINE, soon},
    user::{Ended, User},
};

/// `run` on the fake driver libraries instead of the machine's.
pub(super) fn on_fakes(user: &User, driver: &FakeDriver, arguments: &[&str]) -> Command {
    let mut command = user.command(arguments);
    command
        .env("FAKE_GPU_DIR", driver.path())
        .env("LD_LIBRARY_PATH", driver.path().join("lib"));
    command
}

/// An engine that is running. Dropping it kills it.
pub(super) struct Engine {
    child: Child,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
    socket: std::path::PathBuf,
}

impl Engine {
    /// Starts it and waits until it answers.
    pub(super) async fn start(user: &User, mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let out = collect(child.stdout.take().expect("piped"));
        let err = collect(child.stderr.take().expect("piped"));
        let mut engine = Self {
            child,
            out,
            err,
            socket: user.socket(),
        };
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while !engine.answers().await {
            let ended = engine.child.try_wait().expect("its state");
            if ended.is_some() || tokio::time::Instant::now() > deadline {
                panic!("no engine: {:?}", engine.ended().await);
            }
            ticks.tick().await;
        }
        engine
    }

    /// A connection alone is accepted before the socket has its file.
    async fn answers(&self) -> bool {
        match Client::connect(&self.socket).await {
            Ok(mut client) => client.ask(&Request::Status).await.is_ok(),
            Err(_) => false,
        }
    }

    pub(super) async fn client(&self) -> Client {
        Client::connect(&self.socket).await.expect("it answers")
    }

    pub(super) async fn status(&self) -> Status {
        let mut client = self.client().await;
        match soon("a status", client.ask(&Request::Status)).await {
            Ok(Reply::Status(status)) => *status,
            other => panic!("{other:?} is no status"),
        }
    }

    pub(super) async fn ask(&self, request: Request) {
        let mut client = self.client().await;
        soon("an answer", client.ask(&request)).await.expect("done");
    }

    /// Waits until the status is so.
    pub(super) async fn until(&self, what: &str, is_so: impl Fn(&Status) -> bool) -> Status {
        let mut changes: Subscription = self.client().await.subscribe().await.expect("changes");
        let mut newest = None;
        let awaited = async {
            loop {
                let Event::Status(status) = changes.next().await.expect("it lives") else {
                    continue;
                };
                if is_so(&status) {
                    return *status;
                }
                newest = Some(status);
            }
        };
        match timeout(DEADLINE, awaited).await {
            Ok(status) => status,
            Err(_) => panic!("in vain: {what}; the newest status: {newest:#?}"),
        }
    }

    /// Waits until the first GPU is so.
    pub(super) async fn until_gpu(&self, what: &str, is_so: impl Fn(&GpuStatus) -> bool) {
        self.until(what, |status| status.gpus.first().is_some_and(&is_so))
            .await;
    }

    /// Waits until the first GPU is held and at full speed.
    pub(super) async fn until_warm(&self) {
        self.until_gpu("a warm GPU", |gpu| {
            gpu.phase == Phase::Warm && gpu.strategy.is_some() && gpu.ready == Some(true)
        })
        .await;
    }

    pub(super) async fn until_phase(&self, phase: Phase) {
        self.until_gpu(&format!("{phase:?}"), |gpu| gpu.phase == phase)
            .await;
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id().expect("it lives")
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill(self.pid(), signal);
    }

    /// The output that it leaves behind when it ends by itself.
    pub(super) async fn ended(mut self) -> Ended {
        let status = soon("the end of the engine", self.child.wait()).await;
        Ended {
            code: status.expect("its status").code(),
            out: soon("the end of its output", self.out).await.expect("text"),
            err: soon("the end of its errors", self.err).await.expect("text"),
        }
    }

    /// Ends it as Ctrl-C does.
    pub(super) async fn interrupted(self) -> Ended {
        self.signal(Signal::INT);
        self.ended().await
    }
}

/// A child that was not waited for.
pub(super) fn pid_of(child: &Child) -> Pid {
    let pid = child.id().expect("it lives");
    Pid::from_raw(pid.cast_signed()).expect("a pid")
}

pub(super) fn kill(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.cast_signed()).expect("a pid");
    kill_process(pid, signal).expect("it lives");
}

/// Text with every time of day replaced, so that it can be compared.
pub(super) fn without_times(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("  ") {
        Some((time, rest)) if time.split(':').count() == 3 => format!("HH:MM:SS  {rest}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

fn collect(mut stream: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("UTF-8");
        text
    })
}
