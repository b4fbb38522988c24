//! `gpu-keepalive quiet`, and the note at the removal of the package.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use gpu_keepalive_core::protocol::Request;
use gpu_keepalive_engine::socket::Client;

use super::User;
use crate::support::{DEADLINE, soon};

const PATH: &str = "config/systemd/user/llama.service.d/gpu-keepalive-quiet.conf";

fn folder_of(user: &User, path: &str) -> PathBuf {
    let path = user.home().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
    path
}

/// Our own service is enabled.
fn enable(user: &User) {
    let wants = "config/systemd/user/default.target.wants/gpu-keepalive.service";
    let unit = "/usr/lib/systemd/user/gpu-keepalive.service";
    symlink(unit, folder_of(user, wants)).expect("linked");
}

#[tokio::test]
async fn a_service_is_made_quiet_and_loud_again() {
    let user = User::new();
    enable(&user);
    let written = user.run(&["quiet", "--write", "llama.service"]).await;
    assert_eq!((written.code, &*written.err), (Some(0), ""));
    let path = user.home().join(PATH);
    assert!(
        written.out.contains(path.to_str().unwrap()),
        "{}",
        written.out
    );
    for command in ["daemon-reload", "restart -- llama.service"] {
        let command = format!("systemctl --user {command}");
        assert!(written.out.contains(&command), "{}", written.out);
    }
    let text = fs::read_to_string(&path).expect("it is there");
    assert!(text.contains("[Service]\nEnvironment=CUDA_DISABLE_PERF_BOOST=1\n"));
    let again = user
        .run(&["quiet", "--write", "llama.service", "--json"])
        .await;
    let again: serde_json::Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!(again["written"], path.to_str().unwrap());
    assert_eq!(again["commands"][0], "systemctl --user daemon-reload");

    let removed = user.run(&["quiet", "--remove", "llama.service"]).await;
    assert_eq!((removed.code, &*removed.err), (Some(0), ""));
    assert!(!path.exists());
    let again = user.run(&["quiet", "--remove", "llama.service"]).await;
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("nothing to remove"), "{}", again.err);
}

#[tokio::test]
async fn nothing_is_written_unless_gpu_keepalive_starts_with_the_session() {
    let user = User::new();
    let refused = user.run(&["quiet", "--write", "llama.service"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("nothing was written"),
        "{}",
        refused.err
    );
    assert!(!user.home().join("config/systemd").exists());

    let entry = "[Desktop Entry]\nType=Application\nExec=/usr/bin/gpu-keepalive-app --hidden\n";
    let autostart = folder_of(&user, "config/autostart/gpu-keepalive.desktop");
    fs::write(autostart, entry).unwrap();
    let written = user.run(&["quiet", "--write", "llama.service"]).await;
    assert_eq!(written.code, Some(0), "{}", written.err);
}

#[tokio::test]
async fn hostile_names_are_wrong_usage() {
    let user = User::new();
    enable(&user);
    let before = files(user.home());
    for name in [
        "../../evil.service",
        "/etc/evil.service",
        "a/b.service",
        "evil.service/",
        "evil.timer",
        "evil",
        "",
        ".service",
        "$(id).service",
        "a b.service",
        "a\nb.service",
        "ä.service",
    ] {
        for option in ["--write", "--remove"] {
            let ended = user.run(&["quiet", option, name]).await;
            assert_eq!(ended.code, Some(2), "{option} {name:?}: {}", ended.err);
            assert_eq!(ended.out, "");
        }
    }
    let both = user
        .run(&["quiet", "--write=a.service", "--remove=a.service"])
        .await;
    assert_eq!(both.code, Some(2));
    assert_eq!(files(user.home()), before);
}

#[tokio::test]
async fn links_are_not_followed() {
    let user = User::new();
    enable(&user);
    let elsewhere = user.home().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(
        &elsewhere,
        folder_of(&user, "config/systemd/user/llama.service.d"),
    )
    .unwrap();
    for option in ["--write", "--remove"] {
        let ended = user.run(&["quiet", option, "llama.service"]).await;
        assert_eq!(ended.code, Some(1));
        assert!(ended.err.contains("is a link"), "{}", ended.err);
    }
    assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 0);
}

fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let count = |entry: fs::DirEntry| match entry.file_type().unwrap().is_dir() {
        true => files(&entry.path()),
        false => 1,
    };
    entries.map(count).sum()
}

/// A server that keeps the clocks of its card up by itself.
const LOUD: &str = "[[gpus]]\nlike = \"h200\"\n\n[[events]]\nkind = \"program\"\n\
                    program = \"llama-server\"\npid = 4242\nvram_mib = 4096\nat_s = 1\n";

#[tokio::test]
async fn servers_that_keep_the_clocks_up_are_listed_with_their_watts() {
    let user = User::new();
    let without = user.run(&["quiet"]).await;
    assert_eq!(without.code, Some(3), "{}", without.err);

    user.sets("[energy]\nprice_per_kwh = 0.3\n");
    let scenario = user.home().join("loud.toml");
    fs::write(&scenario, LOUD).unwrap();
    let _engine = user
        .command(&["run", "--simulate", scenario.to_str().unwrap()])
        .spawn()
        .expect("it starts");
    // The clocks have to stay up for longer than they do after work.
    let listed = tokio::time::timeout(3 * DEADLINE, async {
        let mut ticks = tokio::time::interval(DEADLINE / 200);
        loop {
            ticks.tick().await;
            let listed = user.run(&["quiet", "--json"]).await;
            let Ok(listed) = serde_json::from_str::<serde_json::Value>(&listed.out) else {
                continue;
            };
            // An error as long as the engine is starting.
            let servers = listed["servers"].as_array();
            if servers.is_some_and(|servers| !servers.is_empty()) {
                return listed;
            }
        }
    })
    .await
    .expect("a server");
    let server = &listed["servers"][0];
    assert_eq!(
        (&server["pid"], &server["quiet"]),
        (&4242.into(), &false.into())
    );
    assert_eq!(
        (server["gpu"].as_u64(), server["unit"].as_str()),
        (Some(0), None)
    );
    assert!(
        server["power_w"]
            .as_f64()
            .is_some_and(|watts| watts > 100.0)
    );
    assert!(server["commands"].is_array());
    let text = user.run(&["quiet"]).await;
    assert!(
        text.out.contains("llama.cpp (process 4242)"),
        "{}",
        text.out
    );
    assert!(text.out.contains("(simulated GPUs)"), "{}", text.out);
    let doctor = user.run(&["doctor"]).await;
    assert!(
        doctor.out.contains("clocks-held-by-server"),
        "{}",
        doctor.out
    );
}

#[tokio::test]
async fn the_doctor_names_quiet_servers_that_nothing_wakes() {
    let user = User::new();
    let _engine = user
        .command(&["run", "--simulate", "h200-quiet"])
        .spawn()
        .expect("it starts");
    let mut ticks = tokio::time::interval(DEADLINE / 200);
    let mut client = soon("an engine", async {
        loop {
            ticks.tick().await;
            if let Ok(client) = Client::connect(&user.socket()).await {
                return client;
            }
        }
    })
    .await;
    let on = user.run(&["doctor", "--json"]).await;
    assert_eq!(on.code, Some(0), "{}", on.out);
    client.ask(&Request::Off).await.expect("off");
    let off = user.run(&["doctor", "--json"]).await;
    assert_eq!(off.code, Some(1), "{}", off.out);
    assert!(off.out.contains("quiet-without-engine"), "{}", off.out);
}

#[test]
fn the_removal_of_the_package_names_what_remains() {
    let root = tempfile::tempdir().unwrap();
    let tools = root.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let getent = tools.join("getent");
    let users = "root:x:0:0::/root:/bin/sh\nann:x:1:1::/home/ann b:/bin/sh\nnone:x:2:2:::\n";
    fs::write(&getent, format!("#!/bin/sh\nprintf '{users}'\n")).unwrap();
    fs::set_permissions(&getent, fs::Permissions::from_mode(0o755)).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/maintainer/postrm");
    let notice = |argument| {
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
        let ended = Command::new("sh")
            .args(["-eu", script, argument])
            .env("DPKG_ROOT", root.path())
            .env("PATH", path)
            .output()
            .unwrap();
        assert!(ended.status.success(), "{ended:?}");
        String::from_utf8(ended.stdout).unwrap()
    };
    assert_eq!(notice("remove"), "");
    let drop_ins = [
        "etc/systemd/system/ollama.service.d",
        "home/ann b/.config/systemd/user/llama.service.d",
    ];
    for drop_in in drop_ins {
        let folder = root.path().join(drop_in);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("gpu-keepalive-quiet.conf"), "").unwrap();
    }
    // What dpkg and what rpm say at a removal.
    for text in ["remove", "0"].map(notice) {
        for drop_in in drop_ins {
            let file = format!("{drop_in}/gpu-keepalive-quiet.conf\n");
            assert!(text.contains(&file), "{text}");
        }
    }
    for other in ["upgrade", "1", "purge", ""] {
        assert_eq!(notice(other), "", "{other}");
    }
}
