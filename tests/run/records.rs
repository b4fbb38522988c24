//! The state that is kept between runs, when its files are not what they should be.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use gpu_keepalive_core::protocol::{Request, Severity, Status};

use super::engine::{Engine, on_fakes};
use crate::{
    ffi::driver::FakeDriver,
    user::{User, library_of_faketime},
};

fn records(user: &User) -> PathBuf {
    user.home().join("state/gpu-keepalive")
}

async fn start(user: &User, driver: &FakeDriver) -> Engine {
    let run = on_fakes(user, driver, &["run", "--mode", "always"]);
    Engine::start(user, run).await
}

fn set_aside(status: &Status) -> Vec<&str> {
    let notices = status.notices.iter();
    let ours = notices.filter(|notice| notice.id.starts_with("set-aside"));
    ours.map(|notice| {
        assert_eq!(notice.severity, Severity::Warning);
        &*notice.message
    })
    .collect()
}

#[tokio::test]
async fn a_file_that_an_engine_cannot_read_or_understand_is_set_aside_and_reported_once() {
    let (user, driver) = (User::new(), FakeDriver::new());
    let folder = records(&user);
    fs::create_dir_all(&folder).unwrap();
    let newer = r#"{"version":2,"days":{"2026-11-23":{"hours":1}}}"#;
    fs::write(folder.join("energy.json"), newer).unwrap();
    fs::create_dir(folder.join("learned.json")).unwrap();
    let made = Command::new("mkfifo")
        .arg(folder.join("gpus.json"))
        .status();
    assert!(made.unwrap().success());

    let engine = start(&user, &driver).await;
    let status = engine
        .until("three notices", |status| set_aside(status).len() == 3)
        .await;
    for name in ["energy.json", "learned.json", "gpus.json"] {
        let aside = folder.join(format!("{name}.set-aside"));
        let aside = aside.to_string_lossy();
        let about = |notice: &&&str| notice.contains(&*aside);
        let messages: Vec<_> = set_aside(&status).into_iter().collect();
        assert_eq!(messages.iter().filter(about).count(), 1, "{messages:?}");
    }

    // Another file appears while it runs.
    let mine = r#"{"version":1,"days":{"2026-11-01":{"warm_s":60.0}}}"#;
    engine.ask(Request::Off).await;
    engine
        .until("it is off", |status| !status.engine.enabled)
        .await;
    fs::write(folder.join("energy.json"), mine).unwrap();
    engine.ask(Request::On).await;
    let status = engine
        .until("a fourth notice", |status| set_aside(status).len() == 4)
        .await;
    assert!(set_aside(&status)[3].contains("energy.json.set-aside-2"));
    let ended = engine.interrupted().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(read("energy.json.set-aside"), newer);
    assert_eq!(read("energy.json.set-aside-2"), mine);
    assert!(folder.join("learned.json.set-aside").is_dir());
    assert!(read("energy.json").starts_with(r#"{"version":1,"#));

    // The next engine has nothing to report.
    let engine = start(&user, &driver).await;
    engine.until_warm().await;
    assert_eq!(set_aside(&engine.status().await), [""; 0]);
}

/// A file that only its owner may read, and the owner is another user.
fn write_unreadable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    // Only root may give a file away; without root no user may read it.
    let mode = match chown(path, Some(12_345), Some(12_345)) {
        Ok(()) => 0o600,
        Err(_) => 0,
    };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The command without root's right to read what belongs to others.
fn without_rights(plain: &tokio::process::Command) -> tokio::process::Command {
    let plain = plain.as_std();
    let mut command = tokio::process::Command::new("unshare");
    command
        .args(["--user", "--map-root-user"])
        .arg(plain.get_program())
        .args(plain.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

#[tokio::test]
async fn what_belongs_to_another_user_is_set_aside_and_not_read() {
    let (user, driver) = (User::new(), FakeDriver::new());
    let folder = records(&user);
    fs::create_dir_all(&folder).unwrap();
    let theirs = r#"{"version":1,"days":{"2026-11-01":{"warm_s":60.0}}}"#;
    for name in ["energy.json", "learned.json"] {
        write_unreadable(&folder.join(name), theirs);
    }
    let mut run = on_fakes(&user, &driver, &["run", "--mode", "always"]);
    if rustix::process::geteuid().is_root() {
        run = without_rights(&run);
    }
    let engine = Engine::start(&user, run).await;
    let status = engine
        .until("two notices", |status| set_aside(status).len() == 2)
        .await;
    for said in set_aside(&status) {
        for part in ["Permission denied", "It was set aside as "] {
            assert!(said.contains(part), "{said}");
        }
    }
    engine.until_warm().await;
    let ended = engine.interrupted().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for name in ["energy.json", "learned.json"] {
        let aside = folder.join(format!("{name}.set-aside"));
        assert_eq!(fs::metadata(&aside).unwrap().len(), theirs.len() as u64);
        assert!(fs::read(folder.join(name)).is_ok(), "{name} is ours again");
    }
}

#[tokio::test]
async fn a_wall_clock_far_ahead_costs_no_day() {
    let (user, driver) = (User::new(), FakeDriver::new());
    let folder = records(&user);
    fs::create_dir_all(&folder).unwrap();
    let days: Vec<_> = (0..80)
        .map(|day| {
            let (month, day) = (9 + day / 28, 1 + day % 28);
            format!(r#""2026-{month:02}-{day:02}":{{"warm_s":60.0}}"#)
        })
        .collect();
    let before = format!(r#"{{"version":1,"days":{{{}}}}}"#, days.join(","));
    fs::write(folder.join("energy.json"), before).unwrap();

    let mut ahead = on_fakes(&user, &driver, &["run", "--mode", "always"]);
    ahead
        .env("LD_PRELOAD", library_of_faketime())
        .env("FAKETIME", "+4000d")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let engine = Engine::start(&user, ahead).await;
    engine.until_warm().await;
    engine.ask(Request::Off).await;
    engine.interrupted().await;
    let after = fs::read_to_string(folder.join("energy.json")).unwrap();
    let after: serde_json::Value = serde_json::from_str(&after).unwrap();
    let kept = after["days"].as_object().unwrap();
    let of_then = kept.iter().filter(|(date, _)| date.starts_with("2026"));
    assert_eq!(of_then.filter(|(_, day)| day["warm_s"] == 60.0).count(), 80);
    assert!(kept.len() > 80, "the clock was ahead: {:?}", kept.keys());
}
