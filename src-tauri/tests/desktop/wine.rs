//! The programs for Windows, as far as wine can show. `cargo xtask windows --app` runs this.
//!
//! Wine has no WebView2, so no window, and no notifications. Wine 8 also lets two engines have the same
//! pipe, so that only a real Windows can show that a second start finds the first.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output},
};

use gpu_keepalive_core::protocol::{Phase, Status};

use crate::{
    app::arguments_of,
    session::Session,
    soon,
    tray::{BLUE_GREY, GREEN, RED},
};

mod setup;
mod tray;

use tray::WineTray;

const COMMAND_LINE: &str = "gpu-keepalive.exe";
const APP: &str = "gpu-keepalive-app.exe";
const RUN_KEY: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run";

/// A Windows session of one test's own; all of it ends when dropped.
struct Wine {
    session: Session,
    folder: PathBuf,
}

impl Wine {
    /// With the settings of a user who has gone through the setup.
    fn start() -> Self {
        let folder = env::var_os("GPU_KEEPALIVE_WINDOWS").expect("the folder of the programs");
        let wine = Self {
            session: Session::start(),
            folder: folder.into(),
        };
        let path = wine.ask(&["settings", "path"]);
        let path = String::from_utf8(path.stdout).unwrap();
        let (_, path) = path.trim().split_once("C:\\").expect("a path on C:");
        let drive = Path::new(&env::var_os("WINEPREFIX").unwrap()).join("drive_c");
        let _ = fs::remove_file(drive.join(path.replace('\\', "/")));
        let set = wine.ask(&["settings", "set", "app.setup_completed", "true"]);
        assert!(set.status.success(), "{set:?}");
        wine
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.session.command("wine");
        command.arg(self.folder.join(program));
        command
    }

    /// Starts that program; its output is kept in this session's `log`.
    fn spawn(&self, program: &str, arguments: &[&str]) -> Running {
        let log = self.session.path("log");
        let output = File::options().create(true).append(true).open(&log);
        let output = output.unwrap();
        let mut command = self.command(program);
        command.stdout(output.try_clone().unwrap()).stderr(output);
        Running(command.args(arguments).spawn().unwrap())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.session.path("log")).unwrap_or_default()
    }

    /// The answer of the command line.
    fn ask(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(COMMAND_LINE);
        command.args(arguments);
        self.output(command)
    }

    /// Through files, because services that wine starts with a program never close its pipes.
    fn output(&self, mut command: Command) -> Output {
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| self.session.path(name));
        command.stdout(File::create(&stdout).unwrap());
        command.stderr(File::create(&stderr).unwrap());
        Output {
            status: command.status().unwrap(),
            stdout: fs::read(stdout).unwrap(),
            stderr: fs::read(stderr).unwrap(),
        }
    }

    /// Waits for a status of which that is true, as the command line gets it over the pipe.
    async fn wait_for_status(&self, what: &str, is: impl Fn(&Status) -> bool) -> Status {
        soon(what, async || {
            let answer = self.ask(&["status", "--json"]);
            let status = serde_json::from_slice(&answer.stdout).ok()?;
            is(&status).then_some(status)
        })
        .await
    }

    /// As when the user logs off.
    fn end_session(&self) {
        let mut end = self.session.command("wineboot");
        assert!(end.arg("--end-session").status().unwrap().success());
    }

    /// The entry that starts at login.
    fn login_entry(&self) -> String {
        let mut query = self.session.command("wine");
        query.args(["reg", "query", RUN_KEY, "/v", "GPU Keepalive"]);
        String::from_utf8_lossy(&self.output(query).stdout).into_owned()
    }

    /// Which of our programs run, also those that no longer have a parent.
    fn ours(&self) -> Vec<Vec<String>> {
        let all = self.session.processes().into_iter().map(arguments_of);
        all.filter(|arguments| {
            let mut programs = arguments.iter().take(2);
            programs.any(|program| program.contains("gpu-keepalive"))
        })
        .collect()
    }

    async fn wait_until_nothing_is_left(&self) {
        soon("no process of ours", async || {
            self.ours().is_empty().then_some(())
        })
        .await;
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("what they said:\n{}", self.log());
        }
        let mut end = self.session.command("wineserver");
        let _ = end.args(["--kill", "--wait"]).status();
    }
}

/// A program that does not outlive the test.
struct Running(Child);

impl Running {
    async fn wait_for_end(&mut self) -> ExitStatus {
        soon("its end", async || self.0.try_wait().unwrap()).await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn scenario(name: &str) -> String {
    let scenarios = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/scenarios");
    format!("Z:{scenarios}/{name}.toml")
}

#[tokio::test]
#[ignore = "needs the programs for Windows and wine: cargo xtask windows --app"]
async fn the_command_line_runs_an_engine_and_asks_it_over_its_pipe() {
    let wine = Wine::start();
    assert_eq!(wine.ask(&["status"]).status.code(), Some(3));
    let mut engine = wine.spawn(COMMAND_LINE, &["run", "--simulate", "rtx-4090"]);
    let status = wine.wait_for_status("a GPU", |s| !s.gpus.is_empty()).await;
    assert!(status.engine.simulated);
    assert!(status.gpus[0].name.contains("RTX 4090"), "{status:?}");

    assert_eq!(wine.ask(&["off"]).status.code(), Some(0));
    wine.wait_for_status("off", |status| !status.engine.enabled)
        .await;
    engine.0.kill().unwrap();
    engine.wait_for_end().await;
    assert_eq!(wine.ask(&["status"]).status.code(), Some(3));
    wine.wait_until_nothing_is_left().await;
}

#[tokio::test]
#[ignore = "needs the programs for Windows and wine: cargo xtask windows --app"]
async fn the_icon_follows_the_gpu_until_the_session_ends() {
    let wine = Wine::start();
    let mut app = wine.spawn(APP, &["--hidden", "--simulate", &scenario("quick-card")]);
    let tray = WineTray::of(&wine.session);
    tray.wait_for_colour(BLUE_GREY).await;
    let status = wine.wait_for_status("a tray", |s| s.desktop.is_some_and(|d| d.tray));
    assert!(status.await.engine.simulated);
    assert!(wine.ask(&["warm", "--for", "3s"]).status.success());
    tray.wait_for_colour(GREEN).await;
    wine.wait_for_status("asleep", |s| s.gpus[0].phase == Phase::Asleep)
        .await;
    tray.wait_for_colour(BLUE_GREY).await;

    wine.end_session();
    assert!(app.wait_for_end().await.success());
    wine.wait_until_nothing_is_left().await;
    assert!(!wine.log().contains("panicked"));
}

#[tokio::test]
#[ignore = "needs the programs for Windows and wine: cargo xtask windows --app"]
async fn start_at_login_is_written_to_the_registry_and_removed() {
    let wine = Wine::start();
    let _app = wine.spawn(APP, &["--hidden", "--simulate", &scenario("quick-card")]);
    let set = async |on: &str| {
        let set = wine.ask(&["settings", "set", "app.start_at_login", on]);
        assert!(set.status.success(), "{set:?}");
        let on = Some(on == "true");
        let is = |s: &Status| s.desktop.is_some_and(|d| d.starts_at_login == on);
        wine.wait_for_status("an entry or none", is).await;
    };
    set("true").await;
    let entry = wine.login_entry();
    assert!(
        entry.contains("gpu-keepalive-app.exe\" --hidden"),
        "{entry}"
    );
    assert!(entry.contains("    \"Z:\\"), "{entry}");
    set("false").await;
    assert!(!wine.login_entry().contains("--hidden"));
}

#[tokio::test]
#[ignore = "needs the programs for Windows and wine: cargo xtask windows --app"]
async fn a_window_without_webview2_names_what_is_missing() {
    let wine = Wine::start();
    // The wizard of the first start.
    let set = wine.ask(&["settings", "set", "app.setup_completed", "false"]);
    assert!(set.status.success(), "{set:?}");
    let mut app = wine.spawn(APP, &["--simulate", &scenario("quick-card")]);
    let tray = WineTray::of(&wine.session);
    tray.close_window("GPU Keepalive").await;
    soon("the window's end", async || {
        (wine.ours().len() == 1).then_some(())
    })
    .await;
    tray.wait_for_colour(BLUE_GREY).await;
    let log = wine.log();
    assert!(log.contains("WebView2 Runtime is not installed"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    wine.end_session();
    assert!(app.wait_for_end().await.success());
}

#[tokio::test]
#[ignore = "needs the programs for Windows and wine: cargo xtask windows --app"]
async fn without_a_driver_the_icon_shows_it_and_nothing_outlives_the_app() {
    let wine = Wine::start();
    let mut app = wine.spawn(APP, &["--hidden"]);
    WineTray::of(&wine.session).wait_for_colour(RED).await;
    let status = wine.wait_for_status("a notice", |s| !s.notices.is_empty());
    assert!(status.await.gpus.is_empty());
    app.0.kill().unwrap();
    app.wait_for_end().await;
    wine.wait_until_nothing_is_left().await;
    // There is nowhere to report it, which is no reason to end.
    let log = wine.log();
    assert!(log.contains("a notification cannot be shown"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}
