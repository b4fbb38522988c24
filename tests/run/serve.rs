//! `gpu-keepalive serve`: the command is as it would be without it, and its requests are sensed.

mod background;
mod engines;
mod recipes;
mod signals;
mod terminal;

use std::process::Stdio;

use gpu_keepalive_core::protocol::{Phase, Request};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdin, ChildStdout},
};

use super::engine::Engine;
use crate::{
    support::soon,
    user::{Ended, User},
};

/// A quiet server of the scenario, and a GPU whose clocks a boost raises.
const SIMULATED: [&str; 3] = ["run", "--simulate", "h200-quiet"];

async fn engine(user: &User, arguments: &[&str]) -> Engine {
    Engine::start(user, user.command(arguments)).await
}

/// A command that is served, in a process group of its own.
struct Served {
    child: Child,
    stdin: Option<ChildStdin>,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
    /// Its output before the last note that was waited for.
    printed: String,
}

impl Served {
    fn start(user: &User, command: &[&str]) -> Self {
        let arguments: Vec<_> = ["serve", "--"].iter().chain(command).copied().collect();
        let mut command = user.command(&arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("it starts");
        Self {
            stdin: child.stdin.take(),
            out: BufReader::new(child.stdout.take().expect("piped")).lines(),
            err: BufReader::new(child.stderr.take().expect("piped")).lines(),
            printed: String::new(),
            child,
        }
    }

    fn script(user: &User, script: &str) -> Self {
        Self::start(user, &["sh", "-c", script])
    }

    async fn line(&mut self) -> String {
        let line = soon("a line", self.out.next_line()).await.expect("text");
        line.expect("it keeps running")
    }

    async fn number(&mut self) -> u32 {
        let line = self.line().await;
        line.parse().unwrap_or_else(|_| panic!("{line:?}"))
    }

    /// Waits until standard error has that.
    async fn wait_for(&mut self, part: &str) {
        loop {
            let line = soon(part, self.err.next_line()).await.expect("text");
            let line = line.expect("it keeps running");
            self.printed += &format!("{line}\n");
            if line.contains(part) {
                return;
            }
        }
    }

    async fn write(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("it is open");
        stdin.write_all(line.as_bytes()).await.expect("it reads");
    }

    fn pid(&self) -> u32 {
        self.child.id().expect("it lives")
    }

    async fn ended(mut self) -> Ended {
        let status = soon("the end of the command", self.child.wait()).await;
        let mut out = String::new();
        while let Some(line) = soon("a line", self.out.next_line()).await.expect("text") {
            out += &format!("{line}\n");
        }
        let mut err = self.printed;
        while let Some(line) = soon("a line", self.err.next_line()).await.expect("text") {
            err += &format!("{line}\n");
        }
        Ended {
            code: status.expect("its status").code(),
            out,
            err,
        }
    }
}

async fn serve(user: &User, command: &[&str]) -> Ended {
    Served::start(user, command).ended().await
}

/// The pid, the variable, and then a line for each line that it reads.
const SERVER: &str = "echo $$; echo \"v=$CUDA_DISABLE_PERF_BOOST\"; \
                      while read line; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; \
                      echo \"answer to $line\"; done";

const SIMULATED_NOTE: &str =
    "gpu-keepalive: These GPUs are simulated: GPU 0 is woken by the processor time of “sh”.\n";

#[tokio::test]
async fn the_exit_code_is_the_commands() {
    let user = User::new();
    let script = user.home().join("not-a-program");
    std::fs::write(&script, "data").unwrap();
    let not_a_program = script.to_str().unwrap().to_owned();
    let cases: [(&[&str], i32); 8] = [
        (&["true"], 0),
        (&["sh", "-c", "exit 7"], 7),
        (&["sh", "-c", "exit 255"], 255),
        (&["sh", "-c", "kill -9 $$"], 137),
        (&["sh", "-c", "kill -TERM $$"], 143),
        (&["gpu-keepalive-no-such-command"], 127),
        (&[&not_a_program], 126),
        (&["/"], 126),
    ];
    for with_engine in [false, true] {
        let engine = match with_engine {
            true => Some(engine(&user, &SIMULATED).await),
            false => None,
        };
        for (command, code) in cases {
            let arguments: Vec<_> = ["serve", "--"].iter().chain(command).copied().collect();
            let ended = user.run(&arguments).await;
            // Without an engine it is the command itself that a signal ends.
            let expected = (with_engine || !matches!(code, 129..=159)).then_some(code);
            assert_eq!(
                ended.code, expected,
                "{command:?}, {with_engine}: {}",
                ended.err
            );
            if code == 127 || code == 126 {
                assert!(ended.err.contains(command[0]), "{}", ended.err);
            }
        }
        if let Some(engine) = engine {
            engine.interrupted().await;
        }
    }
    let ended = user.run(&["serve", "--"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.err);
}

#[tokio::test]
async fn the_command_has_its_arguments_its_input_and_its_output_for_itself() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    let ended = serve(&user, &["printf", "%s|", "--for", "-x", "a b", ""]).await;
    assert_eq!(ended.out, "--for|-x|a b||\n");
    assert_eq!(ended.err, SIMULATED_NOTE.replace("“sh”", "“printf”"));

    let mut served = Served::start(&user, &["cat"]);
    served.write("one\ntwo\n").await;
    assert_eq!(served.line().await, "one");
    assert_eq!(served.line().await, "two");
    served.stdin = None;
    assert_eq!(served.ended().await.code, Some(0));
}

#[tokio::test]
async fn a_reader_notices_when_it_closes_its_output() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    let mut served = Served::script(&user, "echo last; exec >&- 2>&-; read line; exit 3");
    assert_eq!(served.line().await, "last");
    let end = soon("the end of its output", served.out.next_line()).await;
    assert_eq!(end.expect("text"), None);
    served.write("go\n").await;
    assert_eq!(served.ended().await.code, Some(3));
}

#[tokio::test]
async fn a_request_wakes_the_gpu_whatever_the_program_is_called() {
    let user = User::new();
    let engine = engine(&user, &SIMULATED).await;
    let mut served = Served::script(&user, SERVER);
    let pid = served.number().await;
    assert_eq!(served.line().await, "v=1");
    engine
        .until_gpu("a client that is sensed", |gpu| {
            let client = gpu.clients.iter().find(|client| client.pid == pid);
            let armed = matches!(gpu.phase, Phase::Standby | Phase::Warm | Phase::Yielding);
            armed && client.is_some_and(|client| client.quiet == Some(true))
        })
        .await;
    // The shell's own start may be taken for a request, and lingers.
    engine.until_phase(Phase::Standby).await;
    let before = engine.status().await.gpus[0].wakes.sensed;
    served.write("a question\n").await;
    assert_eq!(served.line().await, "answer to a question");
    engine
        .until_gpu("a wake", |gpu| gpu.wakes.sensed > before)
        .await;
    let wakes = user.run(&["wakes", "--json"]).await;
    let wakes: serde_json::Value = serde_json::from_str(&wakes.out).expect("JSON");
    let wakes = wakes["wakes"].as_array().expect("a list");
    let wake = wakes
        .iter()
        .find(|wake| wake["pid"] == pid)
        .expect("its wake");
    assert!(wake["processor_ms"].as_f64() > Some(0.0), "{wake}");
    served.stdin = None;
    assert_eq!(served.ended().await.code, Some(0));
    engine
        .until_gpu("the end of the client", |gpu| {
            gpu.clients.iter().all(|client| client.pid != pid)
        })
        .await;
}

#[tokio::test]
async fn children_of_the_command_are_sensed_too() {
    let user = User::new();
    let engine = engine(&user, &SIMULATED).await;
    let script = "exec 3<&0; sh -c 'echo $$; read line' <&3 & wait";
    let mut served = Served::script(&user, script);
    let child = served.number().await;
    engine
        .until_gpu("the child", |gpu| {
            gpu.clients.iter().any(|client| client.pid == child)
        })
        .await;
    served.stdin = None;
    assert_eq!(served.ended().await.code, Some(0));
}

#[tokio::test]
async fn at_most_32_commands_are_served() {
    let user = User::new();
    let engine = engine(&user, &SIMULATED).await;
    let mut client = engine.client().await;
    for pid in 0..32 {
        let request = Request::Serve { pid: 900_000 + pid };
        soon("an answer", client.ask(&request)).await.expect("done");
    }
    let again = Request::Serve { pid: 900_000 };
    soon("an answer", client.ask(&again)).await.expect("known");
    let refused = client.ask(&Request::Serve { pid: 1 }).await;
    assert!(refused.unwrap_err().to_string().contains("32 commands"));
    let ended = serve(&user, &["true"]).await;
    assert_eq!(ended.code, Some(0));
    drop(client);
    let mut served = Served::script(&user, SERVER);
    let pid = served.number().await;
    engine
        .until_gpu("the client", |gpu| {
            gpu.clients.iter().any(|client| client.pid == pid)
        })
        .await;
}
