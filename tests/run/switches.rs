use std::process::Stdio;

use gpu_keepalive_core::{
    protocol::{PauseReason, Phase},
    settings::Mode,
};
use tokio::io::AsyncWriteExt;

use super::engine::Engine;
use crate::{support::soon, user::User};

#[tokio::test]
async fn every_switch_acts_on_the_gpu() {
    let user = User::new();
    let engine = Engine::start(&user, user.command(&["run", "--simulate", "h200"])).await;
    engine.until_phase(Phase::Asleep).await;
    let switch = async |line: &str| {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.err);
        assert!(ended.out.contains("(simulated GPUs)"), "{}", ended.out);
    };

    switch("warm --for 1h").await;
    engine.until_warm().await;
    switch("off").await;
    engine.until_phase(Phase::Off).await;
    switch("on").await;
    engine.until_warm().await;
    switch("pause --for 1h").await;
    engine
        .until_gpu("paused by the user", |gpu| {
            gpu.reasons == [PauseReason::User]
        })
        .await;
    let left = engine.status().await.engine.pause_remaining_s;
    assert!(
        left.is_some_and(|left| (3000.0..=3600.0).contains(&left)),
        "{left:?}"
    );
    switch("resume").await;
    engine.until_warm().await;
    assert!(!user.settings_file().exists(), "switches are no settings");
}

#[tokio::test]
async fn a_pause_and_a_warm_up_end_by_themselves() {
    let user = User::new();
    let engine = Engine::start(&user, user.command(&["run", "--simulate", "h200"])).await;
    user.run(&["warm", "--for", "1s"]).await;
    engine.until_phase(Phase::Asleep).await;
    user.run(&["mode", "always"]).await;
    engine.until_warm().await;
    user.run(&["pause", "--for", "1s"]).await;
    engine.until_warm().await;
    let output = engine.interrupted().await.out;
    for part in [
        "Getting ready: for 1 min, as you asked",
        "Paused: you paused it. Resumes in 1 min.",
    ] {
        assert!(output.contains(part), "{part}\n{output}");
    }
}

#[tokio::test]
async fn a_change_of_mode_is_kept_with_everything_else_in_the_file() {
    let user = User::new();
    user.sets("# mine\nversion = 1\nwarm_window_minutes = 3 # short\nmode = \"on_demand\"\nfuture_key = 1\n");
    let engine = Engine::start(&user, user.command(&["run", "--simulate", "h200"])).await;
    let changed = user.run(&["mode", "always"]).await;
    assert_eq!(changed.code, Some(0), "{}", changed.err);
    engine.until_warm().await;
    let text = std::fs::read_to_string(user.settings_file()).unwrap();
    assert_eq!(
        text,
        "# mine\nversion = 1\nwarm_window_minutes = 3 # short\nmode = \"always\"\nfuture_key = 1\n"
    );
    engine.interrupted().await;
    let engine = Engine::start(&user, user.command(&["run", "--simulate", "h200"])).await;
    assert_eq!(engine.status().await.engine.mode, Mode::Always);
}

#[tokio::test]
async fn a_mode_for_this_run_alone_is_not_kept() {
    let user = User::new();
    let command = user.command(&["run", "--mode", "always", "--simulate", "h200"]);
    let engine = Engine::start(&user, command).await;
    engine.until_warm().await;
    assert!(!user.settings_file().exists());
    // Nor does a change of another setting bring the other mode back.
    let set = user
        .run(&["settings", "set", "thermal.max_temperature", "70"])
        .await;
    assert_eq!(set.code, Some(0), "{}", set.err);
    assert_eq!(engine.status().await.engine.mode, Mode::Always);
}

#[tokio::test]
async fn inference_holds_the_pulses_back_while_the_command_runs() {
    let user = User::new();
    user.sets("strategy = \"pulse\"\n");
    let engine = Engine::start(&user, user.command(&["run", "--simulate", "h200"])).await;
    let mut wrapped = user
        .command(&["inference", "--", "sh", "-c", "read line; exit 7"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let status = engine
        .until("a lease", |status| {
            status.engine.leases == 1 && status.gpus[0].phase == Phase::Yielding
        })
        .await;
    assert_eq!(status.gpus[0].pulse_interval_ms, None);
    wrapped
        .stdin
        .take()
        .unwrap()
        .write_all(b"\n")
        .await
        .unwrap();
    let ended = soon("the end", wrapped.wait()).await.unwrap();
    assert_eq!(ended.code(), Some(7));
    // The warm window begins: in the mode on_demand nothing else calls for a ready GPU.
    engine.until_gpu("pulses again", |gpu| gpu.pulses > 0).await;
    assert_eq!(engine.status().await.engine.leases, 0);
}
