//! Programs that hold a GPU, and an engine that runs for them alone.

use gpu_keepalive_core::{
    protocol::{Cause, ErrorCode, HoldKind, Phase, Reply, Request},
    settings::Mode,
};
use gpu_keepalive_engine::socket::Client;

use super::engine::Engine;
use crate::{support::soon, user::User};

fn hold() -> Request {
    Request::Hold {
        application: "train.py".to_owned(),
        reason: None,
        gpu: None,
        kind: HoldKind::Program,
    }
}

async fn ask(client: &mut Client, request: Request) -> Reply {
    soon("an answer", client.ask(&request)).await.expect("done")
}

async fn for_programs(user: &User, more: &[&str]) -> Engine {
    let run = [
        "run",
        "--simulate",
        "h200",
        "--mode",
        "on_demand",
        "--until-unused",
    ];
    let arguments: Vec<_> = run.iter().chain(more).copied().collect();
    Engine::start(user, user.command(&arguments)).await
}

#[tokio::test]
async fn an_engine_for_programs_ends_after_the_last_of_them() {
    let user = User::new();
    let engine = for_programs(&user, &[]).await;
    let (mut first, mut second) = (engine.client().await, engine.client().await);
    ask(&mut first, hold()).await;
    ask(&mut second, hold()).await;
    engine.until_warm().await;
    drop(first);
    let status = engine
        .until("one user", |status| status.engine.users == 1)
        .await;
    let named = Cause::HeldFor {
        application: "train.py".to_owned(),
        reason: None,
    };
    assert_eq!(status.gpus[0].message.causes, [named]);
    // A client that only reads does not keep it.
    let reader = engine.client().await;
    drop(second);
    let ended = engine.ended().await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert!(
        ended.out.contains("No program holds a GPU any more"),
        "{ended:?}"
    );
    drop(reader);
}

#[tokio::test]
async fn a_program_that_has_released_its_hold_still_uses_the_engine() {
    let user = User::new();
    let engine = for_programs(&user, &[]).await;
    let mut client = engine.client().await;
    ask(&mut client, hold()).await;
    engine.until_warm().await;
    ask(&mut client, Request::Release).await;
    engine.until_phase(Phase::Asleep).await;
    assert_eq!(engine.status().await.engine.users, 1);
}

#[tokio::test]
async fn settings_of_one_run_are_not_written() {
    let user = User::new();
    user.sets("thermal.max_temperature = 70\n");
    let set = ["--set", "pulse.interval_ms=250", "--set", "mode=always"];
    let engine = for_programs(&user, &set).await;
    let mut client = engine.client().await;
    let Reply::Settings(report) = ask(&mut client, Request::Settings).await else {
        panic!("no settings");
    };
    let value = |key: &str| {
        let mut settings = report.settings.iter();
        settings
            .find(|one| one.key == key)
            .expect("a setting")
            .value
            .clone()
    };
    assert_eq!(value("pulse.interval_ms"), 250);
    assert_eq!(value("thermal.max_temperature"), 70);
    assert_eq!(value("mode"), "always");
    assert_eq!(
        engine.status().await.engine.mode,
        Mode::OnDemand,
        "of the command line"
    );
    let written = std::fs::read_to_string(user.settings_file()).expect("the settings");
    assert_eq!(written, "thermal.max_temperature = 70\n");

    drop(client);
    engine.interrupted().await;
    let refused = ["run", "--simulate", "h200", "--set", "pulse.interval_ms=1"];
    let ended = user.run(&refused).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[tokio::test]
async fn a_hold_has_a_name_that_can_be_shown() {
    let user = User::new();
    let engine = for_programs(&user, &[]).await;
    let mut client = engine.client().await;
    for application in ["two\nlines".to_owned(), "x".repeat(129)] {
        let hold = Request::Hold {
            application,
            reason: None,
            gpu: None,
            kind: HoldKind::Program,
        };
        let refused = soon("an answer", client.ask(&hold)).await.unwrap_err();
        assert!(format!("{refused:?}").contains(&format!("{:?}", ErrorCode::InvalidArgument)));
    }
    assert_eq!(engine.status().await.engine.users, 0);
}
