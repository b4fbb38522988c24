use insta::assert_snapshot;

use super::User;

#[tokio::test]
async fn help_is_in_plain_sentences() {
    let user = User::new();
    let mut told = String::new();
    for command in [
        "",
        "run",
        "status",
        "on",
        "off",
        "pause",
        "resume",
        "mode",
        "warm",
        "inference",
        "gpus",
        "bench",
        "recommend",
        "doctor",
        "settings",
        "settings set",
        "completions",
    ] {
        let mut arguments: Vec<_> = command.split_whitespace().collect();
        arguments.push("-h");
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        told += &format!("$ gpu-keepalive {}\n{}\n", arguments.join(" "), ended.out);
    }
    // The program's name has an ending on Windows.
    assert_snapshot!(told.replace("gpu-keepalive.exe", "gpu-keepalive"));
}

#[tokio::test]
async fn completions_are_written_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = User::new().run(&["completions", shell]).await;
        assert_eq!(ended.code, Some(0), "{shell}");
        assert!(ended.out.contains("inference"), "{shell}: {}", ended.out);
    }
}
