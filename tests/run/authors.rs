//! The examples of docs/for-server-authors.md, run as they stand there.

use std::{fs, path::PathBuf};

use gpu_keepalive_core::protocol::{MAX_CLIENTS, Phase, Request};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::engine::Engine;
use crate::user::{Ended, User, ended};

const PAGE: &str = include_str!("../../docs/for-server-authors.md");
const QUIET: [&str; 3] = ["run", "--simulate", "h200-quiet"];

/// An example of the page whose `answer` is a shell command in `WORK`.
struct Example {
    language: &'static str,
    command: Vec<PathBuf>,
    _folder: TempDir,
}

/// The page's only block in that language.
fn block(language: &str) -> &'static str {
    let opening = format!("```{language}\n");
    let mut blocks = PAGE.split(&opening).skip(1);
    let block = blocks.next().and_then(|rest| rest.split("```").next());
    assert!(blocks.next().is_none(), "two blocks of {language}");
    block.unwrap_or_else(|| panic!("the page has no block of {language}"))
}

impl Example {
    fn interpreted(language: &'static str, program: &str, work: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("example");
        fs::write(&file, format!("{work}\n{}", block(language))).expect("written");
        Self {
            language,
            command: vec![program.into(), file],
            _folder: folder,
        }
    }

    async fn compiled() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (source, program) = (folder.path().join("example.rs"), folder.path().join("it"));
        let (code, _) = block("rust,no_run")
            .split_once("# fn answer")
            .expect("its work");
        let work = "fn answer() { std::process::Command::new(\"sh\")\
                    .args([\"-c\", &env::var(\"WORK\").unwrap()]).status().unwrap(); }";
        fs::write(&source, format!("{code}{work}")).expect("written");
        let mut compile = User::new().program("rustc");
        compile.args(["--edition", "2024", "-o"]);
        compile.args([&program, &source]);
        // The toolchain is found by the home folder of the user who runs the tests.
        compile.env("HOME", std::env::var_os("HOME").unwrap_or_default());
        let compiled = ended(compile).await;
        assert_eq!(compiled.code, Some(0), "{}", compiled.err);
        Self {
            language: "rust",
            command: vec![program],
            _folder: folder,
        }
    }

    async fn all() -> [Self; 3] {
        let python =
            "import subprocess\ndef answer(): subprocess.run(os.environ['WORK'], shell=True)";
        // With these options no line can fail unnoticed.
        let bash = "set -euo pipefail\nanswer() { sh -c \"$WORK\"; }";
        [
            Self::interpreted("python", "python3", python),
            Self::interpreted("bash", "bash", bash),
            Self::compiled().await,
        ]
    }

    /// Runs it; it has to answer, whatever becomes of the lease.
    async fn run(&self, user: &User, work: &str) -> Ended {
        let mut command = user.program(&self.command[0]);
        command
            .args(&self.command[1..])
            .env("WORK", format!("{work}; echo answered"))
            .env("KEEPALIVE", env!("CARGO_BIN_EXE_gpu-keepalive"));
        let ended = ended(command).await;
        let why = format!("{}: {ended:?}", self.language);
        assert_eq!(ended.code, Some(0), "{why}");
        assert!(ended.out.ends_with("answered\n"), "{why}");
        assert_eq!(ended.err, "", "{why}");
        ended
    }

    /// Runs it; the leases and the phase of the first GPU while it answers.
    async fn seen(&self, user: &User) -> (Value, Value) {
        let ended = self.run(user, "\"$KEEPALIVE\" status --json").await;
        let json = ended.out.trim_end_matches("answered\n");
        let status: Value = serde_json::from_str(json).expect(json);
        (
            status["engine"]["leases"].clone(),
            status["gpus"][0]["phase"].clone(),
        )
    }
}

#[tokio::test]
async fn each_example_holds_a_lease_for_as_long_as_it_answers() {
    let user = User::new();
    let engine = Engine::start(&user, user.command(&QUIET)).await;
    for example in Example::all().await {
        engine.until_phase(Phase::Standby).await;
        let seen = example.seen(&user).await;
        assert_eq!(seen, (1.into(), "yielding".into()), "{}", example.language);
        engine
            .until("the end of the lease", |status| status.engine.leases == 0)
            .await;
    }
    engine.ask(Request::Off).await;
    for example in Example::all().await {
        let seen = example.seen(&user).await;
        assert_eq!(seen, (1.into(), "off".into()), "{}", example.language);
    }
}

#[tokio::test]
async fn each_example_answers_where_no_engine_can_be_reached() {
    let user = User::new();
    let examples = Example::all().await;
    for example in &examples {
        example.run(&user, "true").await;
    }

    let engine = Engine::start(&user, user.command(&QUIET)).await;
    let mut clients = Vec::new();
    for _ in 0..MAX_CLIENTS {
        clients.push(engine.client().await);
    }
    for example in &examples {
        example.run(&user, "true").await;
    }
    drop(clients);

    engine.signal(Signal::STOP);
    let [first, second, third] = &examples;
    tokio::join!(
        first.run(&user, "true"),
        second.run(&user, "true"),
        third.run(&user, "true")
    );

    engine.signal(Signal::KILL);
    engine.ended().await;
    assert!(user.socket().exists(), "a killed engine cannot remove it");
    for example in &examples {
        example.run(&user, "true").await;
    }
}
