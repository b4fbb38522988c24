//! One engine for a user, wherever it and its clients were started.
//!
//! That is decided by a name that all of a user's processes share, so these tests have a network of
//! their own, in which no other process has it.

use std::{
    fs,
    os::unix::{fs::FileTypeExt, net::UnixListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{
    support::soon,
    user::{Ended, User, ended},
};

/// A user whose runtime folder was not chosen for a test.
struct Alone {
    user: User,
    network: Child,
}

/// The differences between shells.
#[derive(Clone, Copy, Debug)]
enum Shell {
    /// A login's.
    Login,
    /// Of cron, or after `su`.
    WithoutRuntimeFolder,
    AnotherRuntimeFolder,
    /// One that is not there.
    NoSuchFolder,
    AnotherHome,
}

const SHELLS: [Shell; 5] = [
    Shell::Login,
    Shell::WithoutRuntimeFolder,
    Shell::AnotherRuntimeFolder,
    Shell::NoSuchFolder,
    Shell::AnotherHome,
];

impl Alone {
    async fn new() -> Self {
        let user = User::new();
        for folder in ["run", "run2", "tmp", "home2"] {
            fs::create_dir(user.home().join(folder)).unwrap();
        }
        let mut network = Command::new("unshare")
            .args(["--user", "--map-root-user", "--net"])
            .args(["sh", "-c", "echo made && exec sleep infinity"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("unshare, of util-linux");
        let mut lines = BufReader::new(network.stdout.take().unwrap()).lines();
        let made = soon("a network", lines.next_line()).await.unwrap();
        assert_eq!(made.as_deref(), Some("made"));
        Self { user, network }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.user.home().join(name)
    }

    fn socket(&self) -> PathBuf {
        self.path("run/gpu-keepalive.sock")
    }

    fn command(&self, shell: Shell, arguments: &[&str]) -> Command {
        let network = self.network.id().unwrap().to_string();
        let plain = self.user.command(arguments);
        let plain = plain.as_std();
        let mut command = Command::new("nsenter");
        command
            .args([
                "--target",
                &network,
                "--user",
                "--net",
                "--preserve-credentials",
            ])
            .arg(plain.get_program())
            .args(plain.get_args());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env_remove("GPU_KEEPALIVE_RUNTIME_DIR")
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("TMPDIR", self.path("tmp"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        match shell {
            Shell::Login => {}
            Shell::WithoutRuntimeFolder => {
                command.env_remove("XDG_RUNTIME_DIR");
            }
            Shell::AnotherRuntimeFolder => {
                command.env("XDG_RUNTIME_DIR", self.path("run2"));
            }
            Shell::NoSuchFolder => {
                command.env("XDG_RUNTIME_DIR", self.path("none"));
            }
            Shell::AnotherHome => {
                let home = self.path("home2");
                command
                    .env("HOME", &home)
                    .env("XDG_RUNTIME_DIR", &home)
                    .env("XDG_STATE_HOME", home.join("state"))
                    .env("TMPDIR", &home);
            }
        }
        command
    }

    async fn run(&self, shell: Shell, arguments: &[&str]) -> Ended {
        ended(self.command(shell, arguments)).await
    }

    /// An engine that answers.
    async fn engine(&self, shell: Shell) -> Child {
        let engine = self.command(shell, &RUN).spawn().expect("it starts");
        soon("an engine", async {
            while self.run(shell, &["status"]).await.code != Some(0) {}
        })
        .await;
        engine
    }

    /// It is found from everywhere, and nowhere does a second one start.
    async fn assert_one(&self) {
        for shell in SHELLS {
            let status = self.run(shell, &["status"]).await;
            assert_eq!(status.code, Some(0), "{shell:?}: {status:?}");
            let second = self.run(shell, &RUN).await;
            assert_eq!(second.code, Some(1), "{shell:?}: {second:?}");
            assert!(
                second.err.contains("running already"),
                "{shell:?}: {second:?}"
            );
        }
    }
}

const RUN: [&str; 3] = ["run", "--simulate", "h200"];

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    soon(what, async {
        while !is_so() {
            ticks.tick().await;
        }
    })
    .await;
}

#[tokio::test]
async fn there_is_one_engine_whatever_the_environment_sets() {
    for shell in SHELLS {
        let user = Alone::new().await;
        let _engine = user.engine(shell).await;
        user.assert_one().await;
    }
}

#[tokio::test]
async fn for_a_service_it_is_success_that_the_app_runs() {
    let user = Alone::new().await;
    let _engine = user.engine(Shell::Login).await;
    let unit = include_str!("../../packaging/gpu-keepalive.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let mut arguments = start
        .expect("a command")
        .split(' ')
        .skip(1)
        .collect::<Vec<_>>();
    arguments.extend(["--simulate", "h200"]);
    let service = user.run(Shell::WithoutRuntimeFolder, &arguments).await;
    assert_eq!((service.code, &*service.err), (Some(0), ""), "{service:?}");
    assert!(service.out.contains("running already"), "{service:?}");
}

#[tokio::test]
async fn a_socket_that_was_removed_is_bound_again() {
    type Remove = fn(&Alone);
    let removals: [(&str, Remove); 4] = [
        ("the socket", |user| fs::remove_file(user.socket()).unwrap()),
        ("the socket and its lock", |user| {
            for entry in fs::read_dir(user.path("run")).unwrap() {
                fs::remove_file(entry.unwrap().path()).unwrap();
            }
        }),
        ("the folder", |user| {
            fs::remove_dir_all(user.path("run")).unwrap();
            fs::create_dir(user.path("run")).unwrap();
        }),
        ("the folder, put aside", |user| {
            fs::rename(user.path("run"), user.path("old")).unwrap();
            fs::create_dir(user.path("run")).unwrap();
        }),
    ];
    for (what, remove) in removals {
        let user = Alone::new().await;
        let _engine = user.engine(Shell::Login).await;
        remove(&user);
        user.assert_one().await;
        until(&format!("{what} again"), || is_socket(&user.socket())).await;
        user.assert_one().await;
    }
}

#[tokio::test]
async fn a_folder_that_is_gone_is_waited_for_and_not_made() {
    let user = Alone::new().await;
    let mut engine = user.engine(Shell::Login).await;
    fs::remove_dir_all(user.path("run")).unwrap();
    user.assert_one().await;
    assert!(!user.path("run").exists());
    fs::create_dir(user.path("run")).unwrap();
    until("the socket", || is_socket(&user.socket())).await;
    let ended = user.run(Shell::Login, &["status"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    engine.kill().await.unwrap();
    assert_eq!(user.run(Shell::Login, &["status"]).await.code, Some(3));
}

#[tokio::test]
async fn what_took_the_sockets_place_stays() {
    let user = Alone::new().await;
    let _engine = user.engine(Shell::Login).await;
    fs::remove_file(user.socket()).unwrap();
    fs::write(user.socket(), "precious").unwrap();
    user.assert_one().await;
    assert_eq!(fs::read_to_string(user.socket()).unwrap(), "precious");
    fs::remove_file(user.socket()).unwrap();
    until("the socket", || is_socket(&user.socket())).await;
    // A socket that no process listens on does no harm.
    fs::remove_file(user.socket()).unwrap();
    drop(UnixListener::bind(user.socket()).unwrap());
    until("an engine behind it", || {
        std::os::unix::net::UnixStream::connect(user.socket()).is_ok()
    })
    .await;
    user.assert_one().await;
}

#[tokio::test]
async fn folders_chosen_for_it_have_engines_of_their_own() {
    let user = Alone::new().await;
    let _first = user.engine(Shell::Login).await;
    let mut own = user.command(Shell::Login, &RUN);
    own.env("GPU_KEEPALIVE_RUNTIME_DIR", user.path("run2"));
    let _second = own.spawn().unwrap();
    until("its socket", || {
        is_socket(&user.path("run2/gpu-keepalive.sock"))
    })
    .await;
    for shell in SHELLS {
        let mut second = user.command(shell, &RUN);
        second.env("GPU_KEEPALIVE_RUNTIME_DIR", user.path("run2"));
        let refused = ended(second).await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
    }
    user.assert_one().await;
}
