//! The settings file while several programs, editors among them, write it.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use gpu_keepalive_core::{
    protocol::{Event, Reply, Request, SettingsReport, Severity},
    settings::Mode,
};
use gpu_keepalive_engine::socket::{Client, Subscription};
use serde_json::{Value, json};

use super::engine::Engine;
use crate::{
    support::soon,
    user::{Ended, User, ended},
};

const RUN: [&str; 3] = ["run", "--simulate", "h200"];

/// A setting each, as it is typed and as the file has it then.
const SIXTEEN: [(&str, &str, &str); 16] = [
    ("mode", "always", "mode = \"always\""),
    ("warm_window_minutes", "30", "warm_window_minutes = 30"),
    (
        "ai_programs",
        "vllm,comfyui",
        "ai_programs = [\"vllm\", \"comfyui\"]",
    ),
    ("gpus", "0", "gpus = [0]"),
    ("strategy", "context", "strategy = \"context\""),
    (
        "strategy_exclude",
        "pulse",
        "strategy_exclude = [\"pulse\"]",
    ),
    ("readiness.max_wake_ms", "20", "max_wake_ms = 20"),
    ("readiness.linger_s", "10", "linger_s = 10"),
    ("pulse.interval_ms", "500", "interval_ms = 500"),
    ("pulse.matrix_size", "512", "matrix_size = 512"),
    ("thermal.max_temperature", "70", "max_temperature = 70"),
    ("battery.pause", "false", "pause = false"),
    ("vram.reserve_mib", "1024", "reserve_mib = 1024"),
    ("energy.price_per_kwh", "0.31", "price_per_kwh = 0.31"),
    ("energy.currency", "CHF", "currency = \"CHF\""),
    ("app.notifications", "all", "notifications = \"all\""),
];

const MINE: &str = "# mine\nversion = 1\nglow = 1 # of another version\n";

/// Runs `settings set` for all of them at once; those that `beside` chooses do not know of the
/// engine and write the file themselves.
async fn set_at_once(user: &User, beside: impl Fn(usize) -> bool) {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let mut writers = tokio::task::JoinSet::new();
    for (index, (key, value, _)) in SIXTEEN.iter().enumerate() {
        let mut command = user.command(&["settings", "set", key, value]);
        if beside(index) {
            command.env("GPU_KEEPALIVE_RUNTIME_DIR", elsewhere.path());
        }
        writers.spawn(ended(command));
    }
    let all: Vec<Ended> = soon("all writers", writers.join_all()).await;
    for writer in all {
        assert_eq!((writer.code, &*writer.err), (Some(0), ""), "{writer:?}");
    }
}

/// All sixteen are in the file, with what was there before and nothing left beside it.
fn assert_nothing_lost(user: &User) {
    let file = user.settings_file();
    let text = fs::read_to_string(&file).unwrap();
    let lines: BTreeSet<&str> = text.lines().collect();
    for (key, _, line) in SIXTEEN {
        assert!(lines.contains(line), "{key} was lost:\n{text}");
    }
    assert!(text.starts_with(MINE), "{text}");
    assert_eq!(
        names(file.parent().unwrap()),
        [".settings.toml.lock", "settings.toml"]
    );
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn sixteen_at_once_without_an_engine_are_all_kept() {
    let user = User::new();
    user.sets(MINE);
    set_at_once(&user, |_| false).await;
    assert_nothing_lost(&user);
}

#[tokio::test]
async fn sixteen_at_once_are_all_kept_while_an_engine_runs() {
    let user = User::new();
    user.sets(MINE);
    let engine = Engine::start(&user, user.command(&RUN)).await;
    set_at_once(&user, |index| index % 2 == 0).await;
    assert_nothing_lost(&user);
    // And the engine has them, those that were written beside it as well.
    let mut events = Events::of(&engine).await;
    events
        .until("every setting", |report| {
            value(report, "ai_programs") == json!(["vllm", "comfyui"])
                && value(report, "app.notifications") == json!("all")
                && value(report, "readiness.max_wake_ms") == json!(20)
        })
        .await;
}

#[tokio::test]
async fn subscribers_receive_a_change_whatever_made_it() {
    let user = User::new();
    user.sets(MINE);
    let engine = Engine::start(&user, user.command(&RUN)).await;
    let mut events = Events::of(&engine).await;
    let first = events.next().await;
    assert_eq!(first.path, user.settings_file().display().to_string());
    assert_eq!(value(&first, "thermal.max_temperature"), json!(83));

    let set = ["settings", "set", "thermal.max_temperature", "75"];
    assert_eq!(user.run(&set).await.code, Some(0));
    assert_eq!(
        value(&events.next().await, "thermal.max_temperature"),
        json!(75)
    );
    // A write that changes nothing is not published: the next event is of what follows.
    assert_eq!(user.run(&set).await.code, Some(0));

    let key = "energy.price_per_kwh".to_owned();
    let price = Some(json!(0.1 + 0.2));
    engine.ask(Request::Set { key, value: price }).await;
    let report = events.next().await;
    assert_eq!(value(&report, "energy.price_per_kwh"), json!(0.1 + 0.2));

    let text = fs::read_to_string(user.settings_file()).unwrap();
    user.sets(text.replace("75", "72"));
    assert_eq!(
        value(&events.next().await, "thermal.max_temperature"),
        json!(72)
    );
    user.sets("mode = \"alw");
    let broken = events.next().await;
    assert!(broken.unusable().is_some());
    assert_eq!(value(&broken, "thermal.max_temperature"), json!(72));
}

#[tokio::test]
async fn a_file_that_breaks_leaves_the_last_good_settings_until_it_is_mended() {
    let user = User::new();
    user.sets("mode = \"always\"\n[thermal]\nmax_temperature = 70\n");
    let engine = Engine::start(&user, user.command(&RUN)).await;
    engine.until_warm().await;
    user.sets("mode = \"on_demand\"\n[thermal\nmax_temperature = 71\n");
    let status = engine
        .until("a notice", |status| !status.notices.is_empty())
        .await;
    let [notice] = &status.notices[..] else {
        panic!("{:?}", status.notices);
    };
    assert_eq!(notice.severity, Severity::Error);
    assert_eq!(notice.message.matches("line 2").count(), 1, "{notice:?}");
    assert!(notice.message.contains("stay in force"), "{notice:?}");
    assert_eq!(status.engine.mode, Mode::Always);

    // Asked for one value, the command line answers with the one in force, and marks it as such.
    let get = user
        .run(&["settings", "get", "thermal.max_temperature"])
        .await;
    assert_eq!((get.code, &*get.out), (Some(0), "70\n"), "{get:?}");
    assert!(get.err.contains("settings.toml, line 2: "), "{get:?}");
    assert!(
        get.err.contains("The settings of before stay in force"),
        "{get:?}"
    );
    let set = user.run(&["settings", "set", "mode", "on_demand"]).await;
    assert_eq!(set.code, Some(1), "{set:?}");
    assert!(set.err.contains("Line 2 of the settings file"), "{set:?}");

    user.sets("mode = \"always\"\n[thermal]\nmax_temperature = 71\n");
    engine
        .until("no notice", |status| status.notices.is_empty())
        .await;
    let get = user
        .run(&["settings", "get", "thermal.max_temperature"])
        .await;
    assert_eq!((get.code, &*get.out), (Some(0), "71\n"), "{get:?}");
}

#[tokio::test]
async fn a_mode_for_this_run_survives_an_editor_that_changes_something_else() {
    let user = User::new();
    user.sets("mode = \"on_demand\"\n");
    let command = user.command(&["run", "--mode", "always", "--simulate", "h200"]);
    let engine = Engine::start(&user, command).await;
    // The unknown key shows that the file was read.
    user.sets("mode = \"on_demand\"\nmood = 1\n[thermal]\nmax_temperature = 70\n");
    let status = engine
        .until("a notice", |status| !status.notices.is_empty())
        .await;
    assert_eq!(status.engine.mode, Mode::Always);
    let mut events = Events::of(&engine).await;
    let limit = value(&events.next().await, "thermal.max_temperature");
    assert_eq!(limit, json!(70));
    user.sets("mode = \"while_loaded\"\n[thermal]\nmax_temperature = 70\n");
    engine
        .until("the mode of the file", |status| {
            status.engine.mode == Mode::WhileLoaded
        })
        .await;
}

#[tokio::test]
async fn a_folder_or_a_pipe_in_the_files_place_is_one_notice_and_no_end() {
    for kind in ["mkdir", "mkfifo"] {
        let user = User::new();
        let file = user.settings_file();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let made = Command::new(kind).arg(&file).status().unwrap();
        assert!(made.success());
        let engine = Engine::start(&user, user.command(&RUN)).await;
        let status = engine.until("GPUs", |status| !status.gpus.is_empty()).await;
        let [notice] = &status.notices[..] else {
            panic!("{:?}", status.notices);
        };
        assert_eq!(notice.severity, Severity::Error);
        let path = file.display().to_string();
        assert!(notice.message.contains(&path), "{notice:?}");

        let get = user.run(&["settings", "get", "mode"]).await;
        assert_eq!(
            (get.code, &*get.out),
            (Some(0), "\"on_demand\"\n"),
            "{get:?}"
        );
        assert_eq!(get.err.matches(&path).count(), 1, "{get:?}");
        let set = user.run(&["settings", "set", "mode", "always"]).await;
        assert_eq!(set.code, Some(1), "{set:?}");
        assert!(set.err.contains(&path), "{set:?}");

        let _ = fs::remove_dir(&file).or_else(|_| fs::remove_file(&file));
        user.sets("mode = \"always\"\n");
        engine.until_warm().await;
        let ended = engine.interrupted().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.err, "", "the notice is all that is said");
        assert_eq!(ended.out.matches(&path).count(), 1, "{}", ended.out);
    }
}

#[tokio::test]
async fn a_file_that_becomes_a_folder_is_one_notice_however_often_it_is_read() {
    let user = User::new();
    user.sets("mode = \"always\"\n");
    let file = user.settings_file();
    let engine = Engine::start(&user, user.command(&RUN)).await;
    engine.until_warm().await;
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let status = engine
        .until("a notice", |status| !status.notices.is_empty())
        .await;
    assert_eq!(status.engine.mode, Mode::Always);
    // Each of these has it read.
    for round in 0..5 {
        fs::create_dir(file.with_file_name(format!("{round}"))).unwrap();
        let other = file.with_file_name("other");
        fs::create_dir(&other).unwrap();
        fs::remove_dir(&file).unwrap();
        fs::rename(&other, &file).unwrap();
        let set = user.run(&["settings", "set", "mode", "on_demand"]).await;
        assert_eq!(set.code, Some(1), "{set:?}");
    }
    assert_eq!(engine.status().await.notices, status.notices);
    let ended = engine.interrupted().await;
    assert_eq!(ended.err, "");
    let path = file.display().to_string();
    assert_eq!(ended.out.matches(&path).count(), 1, "{}", ended.out);
}

#[tokio::test]
async fn an_engine_removes_what_a_killed_writer_left_and_nothing_else() {
    let user = User::new();
    user.sets(MINE);
    let folder = user.settings_file().parent().unwrap().to_owned();
    let left = folder.join(".settings.toml.aB3xYz.new");
    for name in [
        ".settings.toml.mine",
        "notes.new",
        ".models.toml.aB3xYz.new",
    ] {
        fs::write(folder.join(name), "precious").unwrap();
    }
    fs::write(&left, "mode = ").unwrap();
    let _engine = Engine::start(&user, user.command(&RUN)).await;
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(5));
    soon("no leftover", async {
        while left.exists() {
            ticks.tick().await;
        }
    })
    .await;
    assert_eq!(
        names(&folder),
        [
            ".models.toml.aB3xYz.new",
            ".settings.toml.lock",
            ".settings.toml.mine",
            "notes.new",
            "settings.toml"
        ]
    );
}

/// Every report of settings that a subscriber is sent.
struct Events(Subscription);

impl Events {
    async fn of(engine: &Engine) -> Self {
        let client: Client = engine.client().await;
        Self(client.subscribe().await.expect("changes"))
    }

    async fn next(&mut self) -> SettingsReport {
        let settings = async {
            loop {
                if let Event::Settings(report) = self.0.next().await.expect("it lives") {
                    return *report;
                }
            }
        };
        soon("settings", settings).await
    }

    async fn until(&mut self, what: &str, is_so: impl Fn(&SettingsReport) -> bool) {
        let awaited = async { while !is_so(&self.next().await) {} };
        soon(what, awaited).await;
    }
}

fn value(report: &SettingsReport, key: &str) -> Value {
    let setting = report.settings.iter().find(|setting| setting.key == key);
    setting.expect("a setting").value.clone()
}

#[tokio::test]
async fn any_client_sets_json_and_removes_a_key_with_null() {
    let user = User::new();
    user.sets(MINE);
    let engine = Engine::start(&user, user.command(&RUN)).await;
    for (value, line) in [
        (json!([0, "GPU-5e2c"]), "gpus = [0, \"GPU-5e2c\"]\n"),
        (Value::Null, ""),
        (json!([0]), "gpus = [0]\n"),
    ] {
        let key = "gpus".to_owned();
        engine
            .ask(Request::Set {
                key,
                value: Some(value),
            })
            .await;
        let text = fs::read_to_string(user.settings_file()).unwrap();
        assert_eq!(text, format!("{MINE}{line}"));
    }
    let mut client = engine.client().await;
    let refused = client
        .ask(&Request::Set {
            key: "gpus".to_owned(),
            value: Some(json!({"index": 0})),
        })
        .await
        .expect_err("no list");
    assert!(
        refused
            .to_string()
            .starts_with("gpus cannot be {\"index\":0}; it has to be a list"),
        "{refused}"
    );
    assert!(matches!(
        client.ask(&Request::Settings).await,
        Ok(Reply::Settings(_))
    ));
}
