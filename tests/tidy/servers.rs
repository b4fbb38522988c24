//! The recipes of `docs/servers.md`.

use gpu_keepalive_core::{
    ai_processes::{CommandLine, recognise},
    quiet::{DropIn, VARIABLE},
};

const PAGE: &str = include_str!("../../docs/servers.md");

#[test]
fn every_recipe_says_how_far_it_was_tried() {
    let rows = PAGE.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> = rows.skip(1).collect();
    assert!(rows.len() > 8, "{rows:?}");
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [server, how, tried] = cells[..] else {
            panic!("{row}");
        };
        assert!(!server.is_empty() && !how.is_empty(), "{row}");
        let known = [
            "on ",
            "not",
            "command lines only",
            "as llama-swap",
            "the drop-in",
        ];
        assert!(known.iter().any(|word| tried.starts_with(word)), "{row}");
        for heading in how.contains("below").then_some(server).iter() {
            let name = heading.split([' ', ',']).next().expect("a word");
            let has = PAGE
                .lines()
                .any(|line| line.starts_with("## ") && line.contains(name));
            assert!(has || name == "Ollama", "no section about {name}");
        }
    }
}

#[test]
fn every_server_that_a_recipe_starts_is_recognised() {
    let commands = PAGE.split("gpu-keepalive serve -- ").skip(1);
    let commands: Vec<_> = commands
        .map(|rest| {
            rest.split(['`', '\n', '#'])
                .next()
                .expect("a command")
                .trim()
        })
        .filter(|command| !command.contains('…'))
        .collect();
    assert!(commands.len() > 5, "{commands:?}");
    for command in commands {
        let argv: Vec<_> = command.split_whitespace().collect();
        let folder = command.contains("main.py").then_some("/home/u/ComfyUI");
        let started = CommandLine::new("", &argv, folder);
        assert!(recognise(&started, &[]).is_some(), "{command}");
    }
}

#[test]
fn the_recipes_set_the_variable_that_makes_a_server_quiet() {
    let line = format!("Environment={VARIABLE}=1");
    assert!(PAGE.contains(&line) && DropIn::text().contains(&line));
    assert!(PAGE.contains(&format!("-e {VARIABLE}=1")), "docker");
}
