//! The example of `docs/examples` in a real waybar, with the command line and its engine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use super::{
    BAR,
    compositor::{self, Compositor, STYLE},
    pointer::{LEFT, Pointer, RIGHT},
};
use crate::{
    lifecycle::DONE,
    session::{Killed, Session},
    soon,
};

/// The colours of `docs/examples/waybar.css`.
const READY: [u8; 3] = [0x57, 0xc7, 0x85];
const HOT: [u8; 3] = [0xf0, 0x65, 0x5d];
/// The ground of the bar, of [`STYLE`].
const GROUND: [u8; 3] = [0x20, 0x20, 0x20];
/// The width of the output.
const WIDTH: usize = compositor::SIZE.0 as usize;

/// The command line, which `cargo xtask test --wayland` builds.
fn command_line() -> PathBuf {
    let program = Path::new(crate::app::PROGRAM).with_file_name("gpu-keepalive");
    assert!(program.exists(), "{} is not built", program.display());
    program
}

/// An engine of the command line on a simulated GPU.
fn run(session: &Session, scenario: &str) -> Child {
    let mut run = session.command(&command_line().display().to_string());
    run.args(["run", "--simulate", scenario]);
    run.stdout(Stdio::null()).stderr(Stdio::null());
    run.spawn().expect("an engine")
}

/// What a command of the command line says; `None` where it fails.
fn says(session: &Session, arguments: &[&str]) -> Option<String> {
    let mut command = session.command(&command_line().display().to_string());
    let output = command.args(arguments).output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("text");
    output.status.success().then_some(text)
}

async fn until_phase(session: &Session, phase: &str) {
    let wanted = format!("\"phase\": \"{phase}\"");
    soon(phase, async || {
        says(session, &["status", "--json"]).filter(|status| status.contains(&wanted))
    })
    .await;
}

#[tokio::test]
#[ignore = "needs sway and waybar, and is not for root: cargo xtask test --wayland"]
async fn the_example_of_the_documentation_works_in_waybar() {
    let mut session = Session::start();
    session.write_settings(DONE);
    compositor::choose(&mut session);
    // The example names the program without a folder.
    let folder = command_line().parent().expect("a folder").to_owned();
    let mut path = folder.into_os_string();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    session.set("PATH", path);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples");
    let example = |name: &str| fs::read_to_string(examples.join(name)).expect("an example");
    // The example has no height of its own; the ground is that of the test.
    let bar = example("waybar.jsonc").replacen('{', "{\n    \"height\": 30,", 1);
    let style = format!("{STYLE}{}", example("waybar.css"));

    let engine = Killed::new(run(&session, "rtx-4090"));
    until_phase(&session, "asleep").await;
    let compositor = Compositor::with_bar(&session, &bar, &style).await;
    let mut pointer = Pointer::of(&session);
    let written =
        |picture: &compositor::Picture| WIDTH * BAR as usize - picture.count_above(BAR, GROUND);
    let in_bar = async |what: &str, colour: [u8; 3]| {
        soon(what, async || compositor.picture().find(colour)).await
    };

    // Asleep it is there, in the colour of any other module.
    soon("a module", async || {
        let picture = compositor.picture();
        let there = written(&picture) > 50 && picture.count_above(BAR, READY) == 0;
        (there && written(&picture) < 5_000).then_some(())
    })
    .await;

    // Ready, it has the class and so the colour for it.
    says(&session, &["warm"]).expect("it is asked for");
    let at = in_bar("the colour of a GPU that is ready", READY).await;
    assert!(at.1 < BAR, "{at:?}");
    compositor.picture().keep("wayland-waybar");

    // A click on it pauses, a click with the other button resumes.
    pointer.click(at, LEFT);
    until_phase(&session, "paused").await;
    soon("another colour", async || {
        (compositor.picture().count_above(BAR, READY) == 0).then_some(())
    })
    .await;
    pointer.click(at, RIGHT);
    until_phase(&session, "warm").await;
    in_bar("the colour of a GPU that is ready", READY).await;

    // Without an engine the module is hidden, and comes back with the next one. The pointer is away
    // from the bar, where it would be drawn.
    pointer.click((compositor::SIZE.0 / 2, compositor::SIZE.1 / 2), LEFT);
    says(&session, &["quit"]).expect("it ends");
    drop(engine);
    soon("an empty bar", async || {
        (written(&compositor.picture()) == 0).then_some(())
    })
    .await;
    session.write_settings("version = 1\nmode = \"always\"\n");
    let hot = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/scenarios/quick-heat.toml");
    let _hot = Killed::new(run(&session, &hot.display().to_string()));
    in_bar("the colour of a GPU that is hot", HOT).await;
}
