use gpu_keepalive_core::protocol::Request;
use insta::assert_snapshot;
use rustix::process::Signal;

use super::engine::{Engine, on_fakes, without_times};
use crate::{ffi::driver::FakeDriver, user::User};

#[tokio::test]
async fn a_simulated_gpu_becomes_ready_stays_ready_and_is_released() {
    let user = User::new();
    let command = user.command(&["run", "--mode", "always", "--simulate", "rtx-3070-laptop"]);
    let engine = Engine::start(&user, command).await;
    engine.until_warm().await;
    let ended = engine.interrupted().await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert_snapshot!(without_times(&ended.out));
    assert!(!user.socket().exists(), "the socket is removed");
    assert!(!user.settings_file().exists(), "nothing was set");
}

#[tokio::test]
async fn quit_ends_the_engine_once_the_gpus_are_released() {
    let user = User::new();
    let driver = FakeDriver::new();
    let engine = Engine::start(
        &user,
        on_fakes(&user, &driver, &["run", "--mode", "always"]),
    )
    .await;
    engine.until_warm().await;
    let quit = user.run(&["quit"]).await;
    assert_eq!(
        (quit.code, quit.out.as_str(), quit.err.as_str()),
        (Some(0), "GPU Keepalive has ended\n", "")
    );
    assert_eq!(driver.living_processes(), [0; 0]);
    assert_eq!(driver.left_open(), []);
    let ended = engine.ended().await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.out.ends_with("releasing the GPUs\n"), "{}", ended.out);
    let again = user.run(&["quit"]).await;
    assert_eq!((again.code, again.out.as_str()), (Some(3), ""));
}

#[tokio::test]
async fn a_real_driver_is_asked_for_what_is_cheapest_first() {
    let user = User::new();
    let driver = FakeDriver::new();
    driver.fail("nvmlDeviceSetPowerMizerMode_v1", 3);
    let engine = Engine::start(
        &user,
        on_fakes(&user, &driver, &["run", "--mode", "always"]),
    )
    .await;
    engine.until_warm().await;
    engine.signal(Signal::TERM);
    let ended = engine.ended().await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    // Cheapest first; the driver process and the hold process speak beside each other.
    let steps = [
        "The driver's boost request is not possible here",
        "The driver's performance mode is not possible here",
        "Getting ready (always on) · An open connection to the GPU",
        "P8 → P0 · 1980 MHz · Ready (always on) · An open connection to the GPU",
        "Releasing the GPUs",
    ];
    let lines = without_times(&ended.out);
    let places = steps.map(|step| {
        lines
            .find(step)
            .unwrap_or_else(|| panic!("{step}: {lines}"))
    });
    assert!(places.is_sorted(), "{lines}");
    assert_eq!(driver.living_processes(), [0; 0]);
    assert_eq!(driver.left_open(), []);
}

#[tokio::test]
async fn pulses_are_sent_and_end_with_the_engine() {
    let user = User::new();
    user.sets("strategy = \"pulse\"\n");
    let driver = FakeDriver::new();
    let engine = Engine::start(
        &user,
        on_fakes(&user, &driver, &["run", "--mode", "always"]),
    )
    .await;
    engine
        .until_gpu("a few pulses", |gpu| gpu.pulses >= 5)
        .await;
    let pulses = engine.status().await.gpus[0].pulses;
    let ended = engine.interrupted().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(driver.events("launch").len() as u64 >= pulses);
    assert_eq!(driver.left_open(), []);
    // Intervals grow by half at a time; a line for each would be nothing to read.
    let lines = ended.out.matches("a pulse every").count();
    assert!(lines <= 3, "{}", ended.out);
}

#[tokio::test]
async fn debug_logs_every_decision_and_every_action() {
    let user = User::new();
    let command = user.command(&["run", "--mode", "always", "--simulate", "h200", "--debug"]);
    let engine = Engine::start(&user, command).await;
    engine.until_warm().await;
    engine.ask(Request::Pause { for_s: None }).await;
    engine
        .until_gpu("nothing is held", |gpu| gpu.strategy.is_none())
        .await;
    let ended = engine.interrupted().await;
    for part in [
        "Getting ready (always on) (Warm)",
        "DEBUG sample",
        "DEBUG hold the boost",
        "Paused: you paused it until you resume (Paused)",
        "DEBUG sense and hold nothing",
    ] {
        assert!(ended.err.contains(part), "{part}\n{}", ended.err);
    }
    assert!(!ended.err.contains("WARN"), "{}", ended.err);
}
