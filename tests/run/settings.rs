//! Settings files as people leave them.

use std::fs;

use gpu_keepalive_core::{
    protocol::{Phase, Severity},
    settings::Mode,
    units::Celsius,
};
use insta::assert_snapshot;

use super::engine::{Engine, on_fakes};
use crate::{ffi::driver::FakeDriver, user::User};

const RUN: [&str; 3] = ["run", "--simulate", "h200"];

#[tokio::test]
async fn what_is_wrong_in_the_file_is_noticed_and_the_file_stays_as_it_is() {
    let cases: [(&str, &[u8]); 8] = [
        ("empty", b""),
        ("truncated", b"mode = \"always\"\nwarm_window_minutes = "),
        ("binary", b"mode = \"always\"\n\xff\xfe\x00\x01"),
        ("of a newer version", b"version = 99\nmode = \"always\"\n"),
        (
            "wrong type",
            b"mode = \"always\"\n[thermal]\nenabled = \"yes\"\n",
        ),
        (
            "out of range",
            b"mode = \"always\"\n[thermal]\nmax_temperature = 300\n",
        ),
        ("unknown key", b"mode = \"always\"\nmood = \"good\"\n"),
        ("unknown mode", b"mode = \"turbo\"\n"),
    ];
    let mut text = String::new();
    for (what, bytes) in cases {
        let user = User::new();
        user.sets(bytes);
        let engine = Engine::start(&user, user.command(&RUN)).await;
        let status = engine.until("GPUs", |status| !status.gpus.is_empty()).await;
        text += &format!("-- {what}: mode {}\n", status.engine.mode);
        for notice in status.notices {
            text += &format!("{:?} {}: {}\n", notice.severity, notice.id, notice.message);
        }
        engine.interrupted().await;
        assert_eq!(fs::read(user.settings_file()).unwrap(), bytes, "{what}");
    }
    assert_snapshot!(text);
}

#[tokio::test]
async fn a_file_that_cannot_be_understood_is_never_overwritten() {
    for bytes in [&b"mode = \"alw"[..], b"\xff\xfe", b"version = 99\n"] {
        let user = User::new();
        user.sets(bytes);
        let engine = Engine::start(&user, user.command(&RUN)).await;
        let refused = user.run(&["mode", "always"]).await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains("settings"), "{}", refused.err);
        assert_eq!(fs::read(user.settings_file()).unwrap(), bytes);
        // Asked for by name, it is in force all the same.
        engine.until_warm().await;
    }
}

#[tokio::test]
async fn a_change_of_the_file_is_taken_over() {
    let user = User::new();
    user.sets("mode = \"on_demand\"\n");
    let command = user.command(&["run", "--simulate", "rtx-3070-laptop"]);
    let engine = Engine::start(&user, command).await;
    engine.until_phase(Phase::Asleep).await;
    user.sets("mode = \"always\"\nmood = 1\n");
    let status = engine
        .until("the new mode", |status| status.engine.mode == Mode::Always)
        .await;
    assert_eq!(status.notices[0].severity, Severity::Info);
    assert!(status.notices[0].message.contains("mood"), "{status:?}");
    user.sets("mode = \"always\"\n");
    engine
        .until("no notice", |status| status.notices.is_empty())
        .await;
    engine.until_warm().await;
}

#[tokio::test]
async fn folders_that_cannot_be_written_cost_the_change_and_not_the_run() {
    // No user, not even root, can make a folder there.
    let (user, driver) = (User::new(), FakeDriver::new());
    let mut command = on_fakes(&user, &driver, &["run"]);
    command
        .env("XDG_CONFIG_HOME", "/proc")
        .env("XDG_STATE_HOME", "/proc");
    let engine = Engine::start(&user, command).await;
    engine.until_phase(Phase::Asleep).await;
    let refused = user.run(&["mode", "always"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for part in ["cannot write", "/proc/gpu-keepalive", "its folder"] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    engine.until_phase(Phase::Warm).await;
    let ended = engine.interrupted().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(driver.left_open(), []);
}

#[tokio::test]
async fn a_gpu_that_does_not_exist_is_noticed_with_those_that_do() {
    for gpu in ["7", "\"GPU-11111111-2222-3333-4444-555555555555\""] {
        let user = User::new();
        user.sets(format!("gpus = [{gpu}, 1]\n"));
        let command = user.command(&["run", "--simulate", "two-gpus"]);
        let engine = Engine::start(&user, command).await;
        let status = engine.until("GPUs", |status| !status.gpus.is_empty()).await;
        let indices: Vec<_> = status.gpus.iter().map(|gpu| gpu.index).collect();
        assert_eq!(indices, [1], "the one that exists is kept ready");
        let [notice] = &status.notices[..] else {
            panic!("{:?}", status.notices);
        };
        assert_eq!(notice.severity, Severity::Warning);
        assert!(notice.message.contains(gpu.trim_matches('"')), "{notice:?}");
        assert!(notice.message.contains("0 ("), "{notice:?}");
        // A correction through the engine brings them back.
        user.run(&["settings", "set", "gpus", "--default"]).await;
        engine
            .until("both", |status| {
                status.gpus.len() == 2 && status.notices.is_empty()
            })
            .await;
    }
}

#[tokio::test]
async fn no_chosen_gpu_is_reported_and_is_no_end() {
    let user = User::new();
    user.sets("gpus = [7]\n");
    let engine = Engine::start(&user, user.command(&RUN)).await;
    let status = engine
        .until("a notice", |status| !status.notices.is_empty())
        .await;
    assert!(status.gpus.is_empty());
    let text = user.run(&["status"]).await.out;
    assert!(text.contains("The chosen GPUs do not exist."), "{text}");
    assert!(text.contains("GPU “7”"), "{text}");
}

#[tokio::test]
async fn the_limit_of_the_settings_is_the_one_that_pauses() {
    let user = User::new();
    user.sets("mode = \"always\"\n[thermal]\nmax_temperature = 50\n");
    let engine = Engine::start(&user, user.command(&["run", "--simulate", "hot-laptop"])).await;
    engine.until_phase(Phase::Paused).await;
    let gpu = &engine.status().await.gpus[0];
    assert!(
        gpu.phase_text.contains("your limit of 50 °C"),
        "{}",
        gpu.phase_text
    );
    assert!(gpu.temperature_c >= Some(Celsius(45)), "{gpu:?}");
}
