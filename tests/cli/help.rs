use std::fs;

use insta::assert_snapshot;

use super::User;

#[tokio::test]
async fn help_is_in_plain_sentences() {
    let user = User::new();
    let mut text = String::new();
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
        "serve",
        "quiet",
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
        text += &format!("$ gpu-keepalive {}\n{}\n", arguments.join(" "), ended.out);
    }
    // The program's name has an ending on Windows.
    assert_snapshot!(text.replace("gpu-keepalive.exe", "gpu-keepalive"));
}

#[tokio::test]
async fn completions_are_written_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = User::new().run(&["completions", shell]).await;
        assert_eq!(ended.code, Some(0), "{shell}");
        assert!(ended.out.contains("inference"), "{shell}: {}", ended.out);
    }
}

#[tokio::test]
async fn the_manual_has_a_page_for_the_whole_and_for_each_command() {
    let user = User::new();
    let folder = user.home().join("man1");
    fs::create_dir(&folder).unwrap();
    let ended = user.run(&["manual", folder.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let page = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let whole = page("gpu-keepalive.1");
    assert!(whole.contains(r"gpu\-keepalive\-settings(1)"), "{whole}");
    assert!(!whole.contains(r"gpu\-keepalive\-manual"), "{whole}");
    assert!(page("gpu-keepalive-settings-set.1").contains("thermal.max_temperature"));
}
