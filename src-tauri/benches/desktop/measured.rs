use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{peers::Panel, process, session::Session, soon};

/// The app that is measured.
const APP: &str = "GPU_KEEPALIVE_APP";
/// Odd, for a median.
const STARTS: usize = 11;
/// Time until it has settled.
const SETTLING: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(30);
/// After which a closed window must have left nothing.
const AFTER_CLOSING: Duration = Duration::from_secs(1);

/// Starts, opens the window, closes it; nothing asks for the simulated GPU, so that it sleeps.
pub(crate) async fn measured() -> Value {
    let session = Session::start();
    session.write_settings("version = 1\n[app]\nsetup_completed = true\n");
    let panel = Panel::start(&session).await;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let (app, took) = App::start(&session, &panel).await;
        starts.push(took);
        app.end().await;
    }
    starts.sort();

    let (app, _) = App::start(&session, &panel).await;
    pause(SETTLING).await;
    let never = process::memory(&app.tree());
    app.open_window(&session).await;
    pause(SETTLING).await;
    let all = app.tree();
    let open = process::memory(&all);
    let cpu_open = app.idle_percent().await;
    let webkit_open = webkits(&all);

    app.close_window();
    pause(AFTER_CLOSING).await;
    let closed = process::memory(&app.tree());
    let webkit_closed = webkits(&all);
    let cpu_closed = app.idle_percent().await;
    app.end().await;
    json!({
        "start_to_tray_ms": starts[STARTS / 2].as_secs_f64() * 1e3,
        "memory_mib": {"never": never, "open": open, "closed": closed},
        "webkit_processes": {"open": webkit_open, "closed": webkit_closed},
        "idle_cpu_percent": {"open": cpu_open, "closed": cpu_closed},
    })
}

/// The number of these that are WebKit's and live.
fn webkits(pids: &[u32]) -> usize {
    let names = pids.iter().filter_map(|pid| process::name(*pid));
    names.filter(|name| name.starts_with("WebKit")).count()
}

/// A running app with its icon in the tray; killed when dropped.
struct App(Child);

impl App {
    /// Starts it; the time until its icon was registered.
    async fn start(session: &Session, panel: &Panel) -> (Self, Duration) {
        let before = panel.items().len();
        let mut command = command(session);
        command.arg("--hidden");
        let began = Instant::now();
        let app = Self(command.spawn().expect("the app starts"));
        while panel.items().len() == before {
            assert!(began.elapsed() < Duration::from_secs(60), "no icon");
            pause(Duration::from_micros(500)).await;
        }
        (app, began.elapsed())
    }

    fn tree(&self) -> Vec<u32> {
        process::tree(self.0.id())
    }

    /// Opens its window as a second start does, and waits for the page's process.
    async fn open_window(&self, session: &Session) {
        let mut second = command(session).spawn().expect("the app starts");
        soon("an answer", async || second.try_wait().expect("a child")).await;
        soon("a page", async || (webkits(&self.tree()) > 1).then_some(())).await;
    }

    /// Ends the window's process.
    fn close_window(&self) {
        terminate(self.tree()[1]);
    }

    /// As at the end of a session: the socket is free for the next. Not waited for by blocking,
    /// because it takes its leave of the panel, which is us.
    async fn end(mut self) {
        terminate(self.0.id());
        soon("its end", async || self.0.try_wait().expect("a child")).await;
    }

    /// Processor time of all its processes while nothing happens, in percent of one core.
    async fn idle_percent(&self) -> f64 {
        let all = self.tree();
        let (began, before) = (Instant::now(), process::cpu_time(&all));
        pause(IDLE).await;
        let used = process::cpu_time(&all).saturating_sub(before);
        100.0 * used.as_secs_f64() / began.elapsed().as_secs_f64()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn terminate(pid: u32) {
    let asked = Command::new("kill").arg(pid.to_string()).status();
    assert!(asked.expect("kill").success());
}

fn command(session: &Session) -> Command {
    let app = std::env::var_os(APP).unwrap_or_else(|| panic!("{APP} names no program"));
    let app = PathBuf::from(app);
    let mut command = session.command(app.to_str().expect("a path in UTF-8"));
    command.args(["--simulate", "rtx-3070-laptop"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
