//! The app under test.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
};

use gpu_keepalive_core::protocol::{Reply, Request, Status};
use gpu_keepalive_engine::socket::Client;

use crate::{session::Session, soon};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_gpu-keepalive-app");

/// A running app; killed when dropped, and its log is printed when the test fails.
pub(crate) struct App {
    child: Child,
    log: PathBuf,
    socket: PathBuf,
}

impl App {
    /// Starts it with a scenario of `tests/scenarios`, or a preset.
    pub(crate) fn start(session: &Session, scenario: &str, arguments: &[&str]) -> Self {
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/scenarios");
        let file = scenarios.join(scenario).with_extension("toml");
        let scenario = if file.exists() {
            file.as_path()
        } else {
            Path::new(scenario)
        };
        let mut command = session.command(PROGRAM);
        command.arg("--simulate").arg(scenario).args(arguments);
        Self::spawn(session, command)
    }

    /// Starts it, hidden, with the fake driver of `tests/fakes` in place of NVIDIA's.
    pub(crate) fn start_on_fake_driver(session: &Session) -> Self {
        let [folder, libraries] = [session.path("driver"), session.path("driver/lib")];
        fs::create_dir_all(&libraries).unwrap();
        // Beside this test, where cargo builds it.
        let built = std::env::current_exe().unwrap();
        let built = built.with_file_name("libfake_driver.so");
        for library in ["libnvidia-ml.so.1", "libcuda.so.1"] {
            fs::copy(&built, libraries.join(library)).unwrap();
        }
        let values = include_str!("../../../tests/fakes/values.txt");
        fs::write(folder.join("values"), values).unwrap();
        let mut command = session.command(PROGRAM);
        command
            .arg("--hidden")
            .env("FAKE_GPU_DIR", &folder)
            .env("LD_LIBRARY_PATH", &libraries);
        Self::spawn(session, command)
    }

    fn spawn(session: &Session, mut command: Command) -> Self {
        let log = session.path("app.log");
        command.stderr(
            File::options()
                .create(true)
                .append(true)
                .open(&log)
                .unwrap(),
        );
        Self {
            child: command.spawn().unwrap(),
            log,
            socket: session.path("run/gpu-keepalive.sock"),
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks its engine, as soon as there is one.
    pub(crate) async fn ask(&self, request: Request) -> Reply {
        soon("an engine", async || {
            let mut client = Client::connect(&self.socket).await.ok()?;
            Some(client.ask(&request).await.unwrap())
        })
        .await
    }

    /// A connection to its engine, as soon as there is one.
    pub(crate) async fn client(&self) -> Client {
        soon("an engine", async || {
            Client::connect(&self.socket).await.ok()
        })
        .await
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for a status of which that is true.
    pub(crate) async fn wait_for_status(&self, what: &str, is: impl Fn(&Status) -> bool) -> Status {
        soon(what, async || match self.ask(Request::Status).await {
            Reply::Status(status) if is(&status) => Some(*status),
            _ => None,
        })
        .await
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns true if there is an engine.
    pub(crate) async fn has_engine(&self) -> bool {
        Client::connect(&self.socket).await.is_ok()
    }

    /// Sends it that signal, such as `TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    pub(crate) async fn wait_for_end(&mut self) -> ExitStatus {
        soon("the end of the app", async || {
            self.child.try_wait().unwrap()
        })
        .await
    }

    /// The files that its own process has loaded and mapped, a line each.
    pub(crate) fn mapped(&self) -> String {
        fs::read_to_string(format!("/proc/{}/maps", self.child.id())).unwrap()
    }

    /// The process ids of its windows.
    pub(crate) fn windows(&self) -> Vec<u32> {
        children_of(self.child.id())
            .into_iter()
            .filter(|pid| {
                arguments_of(*pid)
                    .iter()
                    .any(|argument| argument == "--window")
            })
            .collect()
    }

    /// Waits for its one window; the process and the page it was opened with.
    pub(crate) async fn wait_for_window(&self) -> (u32, String) {
        let pid = soon("a window", async || self.windows().first().copied()).await;
        (pid, arguments_of(pid)[2].clone())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the app's log:\n{}", self.log());
        }
    }
}

/// The processes that this one started.
pub(crate) fn children_of(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
        .flat_map(|children| {
            let pids = children.split_whitespace().map(|pid| pid.parse());
            pids.collect::<Result<Vec<_>, _>>().unwrap()
        })
        .collect()
}

/// Returns true if that process still runs.
pub(crate) fn runs(pid: u32) -> bool {
    !arguments_of(pid).is_empty()
}

/// Empty for a process that is gone.
pub(crate) fn arguments_of(pid: u32) -> Vec<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let arguments = line
        .split(|byte| *byte == 0)
        .filter(|part| !part.is_empty());
    arguments
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}
