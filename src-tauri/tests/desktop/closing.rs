//! The traces that the window leaves, and the devices it must not open.
//!
//! There need not be a GPU where this runs, so two things are checked: that no process of the
//! window has a GPU's device open, which can fail only where there are such devices; and that none
//! loads another EGL library than Mesa's although one is offered first, as NVIDIA's is where its
//! driver is installed. It is that library which opens the card.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::protocol::Request;

use crate::{
    app::{self, App},
    screen::Screen,
    session::{Killed, Session},
    soon,
};

const DONE: &str = "version = 1\n[app]\nsetup_completed = true\n";
/// The processes of a window.
const ROLES: [&str; 3] = ["--window", "WebKitNetworkProcess", "WebKitWebProcess"];

#[tokio::test]
async fn a_closed_window_leaves_no_process_behind() {
    let session = Session::start();
    session.write_settings(DONE);
    let app = App::start(&session, "quick-card", &[]);
    let window = open(&session, &app).await;
    for pid in &window {
        assert_eq!(gpu_devices(*pid), Vec::<PathBuf>::new());
    }
    close(&session, &app).await;
    app.ask(Request::Status).await;
}

#[tokio::test]
async fn the_window_does_not_load_the_library_that_opens_the_card() {
    let mut session = Session::start();
    session.write_settings(DONE);
    let offered = session.path("libEGL_nvidia.so.0");
    session.set("__EGL_VENDOR_LIBRARY_DIRS", session.path(""));
    let vendor =
        format!(r#"{{"file_format_version": "1.0.0", "ICD": {{"library_path": {offered:?}}}}}"#);
    fs::write(session.path("10_nvidia.json"), vendor).unwrap();

    // Mesa's under another name, so that it works where it is taken.
    let app = App::start(&session, "quick-card", &[]);
    open(&session, &app).await;
    let mesa = soon("Mesa in the window", async || {
        mapped(&session, "libEGL_mesa")
    })
    .await;
    close(&session, &app).await;
    fs::copy(mesa, &offered).unwrap();

    // A window that is started without what the tray gives it takes what is offered.
    let window = session
        .command(app::PROGRAM)
        .arg("--window")
        .spawn()
        .unwrap();
    let window = Killed::new(window);
    soon("the offered library", async || {
        mapped(&session, "libEGL_nvidia")
    })
    .await;
    Screen::of(&session).close_window().await;
    drop(window);
    only(&session, &app).await;

    open(&session, &app).await;
    soon("Mesa again", async || mapped(&session, "libEGL_mesa")).await;
    assert_eq!(mapped(&session, "libEGL_nvidia"), None);
}

/// Opens the window; its processes.
async fn open(session: &Session, app: &App) -> BTreeSet<u32> {
    app.wait_for_status("a desktop", |status| status.desktop.is_some())
        .await;
    app.ask(Request::ShowWindow).await;
    soon("a window", async || {
        let mut window = processes(session);
        window.remove(&app.pid());
        let lines = window.iter().map(|pid| app::arguments_of(*pid).join(" "));
        let lines: Vec<_> = lines.collect();
        let complete = ROLES.map(|role| lines.iter().any(|line| line.contains(role)));
        (complete == [true; 3]).then_some(window)
    })
    .await
}

async fn close(session: &Session, app: &App) {
    Screen::of(session).close_window().await;
    only(session, app).await;
}

/// Waits until the app is all that is left.
async fn only(session: &Session, app: &App) {
    soon("the end of the window's processes", async || {
        (processes(session) == [app.pid()].into()).then_some(())
    })
    .await;
}

fn processes(session: &Session) -> BTreeSet<u32> {
    session.processes().into_iter().collect()
}

/// The GPU devices that this process has open, those of integrated GPUs too.
fn gpu_devices(pid: u32) -> Vec<PathBuf> {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let targets = files.filter_map(|file| fs::read_link(file.path()).ok());
    let is_gpu = |path: &PathBuf| {
        let path = path.as_os_str().to_string_lossy();
        path.starts_with("/dev/nvidia") || path.starts_with("/dev/dri/")
    };
    targets.filter(is_gpu).collect()
}

/// The library of that name in any of the session's processes.
fn mapped(session: &Session, name: &str) -> Option<PathBuf> {
    session.processes().into_iter().find_map(|pid| {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
        let paths = maps
            .lines()
            .filter_map(|line| line.split_whitespace().nth(5));
        let mut paths = paths.map(Path::new);
        let is_it = |path: &&Path| {
            let file = path.file_name().unwrap_or_default();
            file.to_string_lossy().starts_with(name)
        };
        paths.find(is_it).map(Path::to_owned)
    })
}
