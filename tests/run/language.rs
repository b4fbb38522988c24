//! The language of the user, from the environment to what is printed.

use serde_json::Value;
use tokio::process::Command;

use super::engine::Engine;
use crate::user::{User, ended};

fn german(mut command: Command) -> Command {
    command.env("LANG", "de_DE.UTF-8");
    command
}

/// Takes the texts out of a status; what is left is for programs.
fn without_texts(status: &mut Value) -> Vec<String> {
    let mut texts = Vec::new();
    let mut take = |value: Option<&mut Value>| {
        let value = value.expect("the field is there").take();
        texts.push(value.to_string());
    };
    take(status["engine"].get_mut("text"));
    for field in ["text", "phase_text"] {
        take(status["gpus"][0].get_mut(field));
    }
    texts
}

#[tokio::test]
async fn texts_are_in_the_users_language_and_values_are_not() {
    let user = User::new();
    let run = ["run", "--mode", "always", "--simulate", "h200"];
    let engine = Engine::start(&user, german(user.command(&run))).await;
    engine.until_warm().await;

    let shown = user.run(&["status"]).await;
    assert!(shown.out.contains("Bereit (immer an)"), "{shown:?}");
    let json = user.run(&["status", "--json"]).await;
    let mut json: Value = serde_json::from_str(&json.out).expect("JSON");
    let texts = without_texts(&mut json);
    assert!(
        texts.iter().all(|text| !text.contains("Ready")),
        "{texts:?}"
    );
    let gpu = &json["gpus"][0];
    assert_eq!(
        (&gpu["phase"], &gpu["strategy"]),
        (&"warm".into(), &"boost".into())
    );
    assert_eq!(gpu["message"]["state"]["id"], "ready");

    // The doctor asks the engine, in whose language the findings are.
    let findings = user.run(&["doctor"]).await.out;
    assert!(findings.contains("Diese GPUs sind simuliert"), "{findings}");
}

#[tokio::test]
async fn the_locale_of_programs_is_english() {
    let user = User::new();
    let doctor = |locale: Option<&'static str>| {
        let mut command = german(user.command(&["doctor", "--simulate", "rtx-4090"]));
        command.envs(locale.map(|locale| ("LC_ALL", locale)));
        ended(command)
    };
    let findings = doctor(None).await.out;
    assert!(findings.contains("Diese GPUs sind simuliert"), "{findings}");
    let findings = doctor(Some("C")).await.out;
    assert!(findings.contains("These GPUs are simulated"), "{findings}");
}
