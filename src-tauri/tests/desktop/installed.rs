//! The app as the package installs it. `cargo xtask bundle --check` runs this.

use std::{fs, path::Path};

use gpu_keepalive_core::protocol::Status;

use crate::{
    app::runs, lifecycle::DONE, peers::Panel, session::Session, soon, tray_item::TrayItem,
};

const MENU_ENTRY: &str = "/usr/share/applications/gpu-keepalive.desktop";
const APP: &str = "/usr/bin/gpu-keepalive-app";
const COMMAND_LINE: &str = "/usr/bin/gpu-keepalive";

#[tokio::test]
#[ignore = "needs the package installed: cargo xtask bundle --check"]
async fn installed_the_menu_entry_starts_the_app() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    // Not simulated, so that the app needs the program beside it that talks to the driver.
    let mut launch = session.command("gio");
    let launched = launch.args(["launch", MENU_ENTRY]).status().unwrap();
    assert!(launched.success());
    let item = TrayItem::on(&panel).await;

    let status = soon("a status", async || {
        let mut ask = session.command(COMMAND_LINE);
        let answer = ask.args(["status", "--json"]).output().unwrap();
        serde_json::from_slice::<Status>(&answer.stdout).ok()
    })
    .await;
    assert!(!status.engine.simulated);
    let pid = status.engine.pid;
    let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap();
    assert_eq!(program, Path::new(APP));

    item.click("Start at login").await;
    let entry = session.path("config/autostart/gpu-keepalive.desktop");
    let text = soon("the entry", async || fs::read_to_string(&entry).ok()).await;
    assert!(
        text.contains(&format!("\nExec=\"{APP}\" --hidden\n")),
        "{text}"
    );

    item.click("Quit").await;
    soon("the end", async || (!runs(pid)).then_some(())).await;
}
