//! Errors for programs: under --json every one is an object on standard output.

use serde_json::Value;

use crate::user::{Ended, User};

/// The error's code and message.
fn error(ended: &Ended) -> (String, String) {
    assert_eq!(ended.out.lines().count(), 1, "{ended:?}");
    let object: Value = serde_json::from_str(&ended.out).expect("one JSON object");
    let text = |key: &str| object["error"][key].as_str().expect(key).to_owned();
    (text("code"), text("message"))
}

#[tokio::test]
async fn wrong_usage_is_an_object_with_code_2() {
    let user = User::new();
    for (line, part) in [
        ("status --json --wtach", "--wtach"),
        ("wakes --json now", "now"),
        ("gpus --json --simulate rtx-9090", "rtx-9090"),
        ("energy --json --days 0", "from 1 to 90"),
        ("energy --json --days", "--days"),
        ("recommend --json --vram many", "number of GiB"),
        (
            "recommend --json --vram -8",
            "-8 GiB is not a valid VRAM size",
        ),
        ("recommend --json --context 0 --vram 8", "0"),
        ("bench --json --rounds 99", "99"),
        (
            "bench --json --simulate rtx-4090 --gpu 7",
            "there is no GPU 7",
        ),
        ("doctor --json --simulate none.toml", "none.toml"),
        ("dance --json", "dance"),
        ("--json", "--json"),
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
        let (code, message) = error(&ended);
        assert_eq!(code, "wrong_usage", "{line}");
        assert!(message.contains(part), "{line}: {message}");
        assert!(
            !message.contains('\n') && !message.contains("Usage"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn without_an_engine_it_is_an_object_with_code_3() {
    let user = User::new();
    for line in ["status --json", "status --json --watch", "wakes --json"] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        let (code, message) = error(&ended);
        assert_eq!(code, "not_running", "{line}");
        assert!(message.contains("gpu-keepalive run"), "{line}: {message}");
    }
}

#[tokio::test]
async fn without_a_driver_it_is_an_object_with_code_4() {
    let user = User::new();
    for line in ["gpus --json", "recommend --json", "bench --json"] {
        let line = format!("{line} --simulate no-driver");
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(4), "{line}: {ended:?}");
        let (code, message) = error(&ended);
        assert_eq!(code, "nvml_missing", "{line}");
        assert!(
            message.contains("the NVIDIA driver is not installed"),
            "{message}"
        );
        assert!(!message.contains("libnvidia"), "{message}");
        let object: Value = serde_json::from_str(&ended.out).expect("JSON");
        let details = object["error"]["details"]
            .as_str()
            .expect("the driver's words");
        assert!(details.contains("libnvidia-ml.so.1"), "{details}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn output_that_cannot_be_written_is_a_reported_failure() {
    let user = User::new();
    for line in [
        "--help",
        "--version",
        "help",
        "status --help",
        "settings set -h",
        "gpus --simulate rtx-4090",
        "gpus --simulate rtx-4090 --json",
        "recommend --vram 24",
        "recommend --vram 24 --json",
        "doctor --simulate rtx-4090",
        "doctor --simulate rtx-4090 --json",
        "bench --simulate rtx-4090 --quick",
        "energy",
        "energy --json",
        "settings path",
        "settings show",
        "settings get mode",
        "completions bash",
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let mut command = user.command(&arguments);
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("it is there");
        command.stdout(full).stderr(std::process::Stdio::piped());
        let ended = command
            .spawn()
            .expect("it starts")
            .wait_with_output()
            .await
            .expect("it ends");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{line}: {err}");
        assert!(
            err.contains("gpu-keepalive: cannot write to standard output: No space left on device"),
            "{line}: {err}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let user = User::new();
    for line in [
        "--help",
        "--version",
        "gpus --simulate two-gpus",
        "settings show",
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = user.command(&arguments);
        command.stdout(writer).stderr(std::process::Stdio::piped());
        let ended = command
            .spawn()
            .expect("it starts")
            .wait_with_output()
            .await
            .expect("it ends");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), &*err), (Some(0), ""), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_standard_error_that_is_full_changes_nothing() {
    let user = User::new();
    for (line, code) in [
        ("status", 3),
        ("dance", 2),
        ("gpus --simulate no-driver", 4),
        ("bench --simulate rtx-4090 --quick", 0),
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("it is there");
        let mut command = user.command(&arguments);
        command.stdout(std::process::Stdio::piped()).stderr(full);
        let ended = command
            .spawn()
            .expect("it starts")
            .wait_with_output()
            .await
            .expect("it ends");
        assert_eq!(ended.status.code(), Some(code), "{line}");
    }
}
