use std::fs;

use super::User;
use crate::support::assert_written;

const COMMANDS: &str = "\
# Commands

What each command prints with `--help`.

There is one engine for each user, and every command finds it, whatever `XDG_RUNTIME_DIR` says. `run
--unless-running` ends with success where it runs already. `GPU_KEEPALIVE_RUNTIME_DIR` names another folder for
the control socket: an engine and the commands with the same one keep to themselves.

JSON is one object on standard output, for errors too (`{\"error\": {\"code\", \"message\"}}`); logs go to standard
error; `NO_COLOR` is honoured.
";

/// The names in the list of commands that a help has.
fn commands(help: &str) -> Vec<&str> {
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !["", "help"].contains(name)).collect()
}

#[tokio::test]
async fn the_reference_is_what_the_commands_print() {
    let user = User::new();
    let mut page = COMMANDS.to_owned();
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let mut arguments: Vec<_> = command.split_whitespace().collect();
        arguments.push("--help");
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        // The program's name has an ending on Windows.
        let help = ended.out.replace("gpu-keepalive.exe", "gpu-keepalive");
        let name = format!("gpu-keepalive {command}");
        page += &format!("\n## {}\n```text\n{}\n```\n", name.trim(), help.trim_end());
        let below = commands(&help).into_iter().rev();
        open.extend(below.map(|name| format!("{command} {name}").trim().to_owned()));
    }
    let lines = page.lines().map(str::trim_end).collect::<Vec<_>>();
    assert_written("docs/commands.md", &(lines.join("\n") + "\n"));
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
