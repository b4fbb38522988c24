use super::*;

fn program(text: &str) -> AiProgram {
    let (name, argument) = text
        .split_once(':')
        .map_or((text, None), |(name, argument)| (name, Some(argument)));
    AiProgram {
        name: name.into(),
        argument: argument.map(Into::into),
    }
}

struct Case {
    executable: &'static str,
    /// Split at `|`.
    argv: &'static str,
    folder: Option<&'static str>,
    is: &'static [&'static str],
    is_not: &'static [&'static str],
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    // By the executable, with and without an argument.
    Case { executable: "/usr/local/bin/ollama", argv: "/usr/local/bin/ollama|serve", folder: Some("/"),
        is: &["ollama", "ollama:serve"], is_not: &["ollama:runner", "llama-server", "bin"] },
    Case { executable: "", argv: "/usr/local/bin/ollama|runner|--model|/m/sha256-6a0|--port|41231", folder: None,
        is: &["ollama", "ollama:runner"], is_not: &["ollama:serve"] },
    Case { executable: r"C:\Users\Ana\AppData\Local\Programs\Ollama\ollama.exe",
        argv: r"C:\Users\Ana\AppData\Local\Programs\Ollama\ollama.exe|runner", folder: None,
        is: &["ollama", "ollama:runner"], is_not: &["ollama.exe"] },
    Case { executable: r"C:\Program Files\LM Studio\LM Studio.EXE", argv: r"C:\Program Files\LM Studio\LM Studio.EXE", folder: None,
        is: &["lm studio"], is_not: &["lm-studio"] },
    // By the module, the console script and the name that a worker gives itself.
    Case { executable: "/usr/bin/python3.11", argv: "python|-m|vllm.entrypoints.openai.api_server|--model|m", folder: None,
        is: &["vllm", "vllm.entrypoints.openai.api_server"], is_not: &["openai", "api_server", "vll"] },
    Case { executable: "/usr/bin/python3.12", argv: "/opt/v/bin/python3|/opt/v/bin/vllm|serve|Qwen/Qwen3-8B", folder: None,
        is: &["vllm", "vllm:serve"], is_not: &["vllm:bench", "qwen"] },
    Case { executable: "/usr/bin/python3.12", argv: "VLLM::EngineCore", folder: None,
        is: &["vllm"], is_not: &["enginecore"] },
    Case { executable: "/usr/bin/python3", argv: "python3|-Im|llama_cpp.server", folder: None,
        is: &["llama_cpp", "llama_cpp.server"], is_not: &["server"] },
    Case { executable: "/usr/bin/python3", argv: "python3|-X|main|-Wignore|-mfastchat.serve.cli", folder: None,
        is: &["fastchat"], is_not: &["main", "ignore"] },
    Case { executable: "/usr/bin/python3", argv: "python3|-m|uvicorn|--host|::1|my.app:create|--port|1", folder: None,
        is: &["my", "my.app"], is_not: &["uvicorn", "create"] },
    // By the script and its folder.
    Case { executable: "/usr/bin/python3.10", argv: "/home/u/MyUI/venv/bin/python|/home/u/MyUI/main.py", folder: None,
        is: &["myui", "main.py", "main"], is_not: &["venv", "u"] },
    Case { executable: "/usr/bin/python3.10", argv: "/home/u/MyUI/venv/bin/python|main.py|--listen", folder: Some("/home/u/MyUI"),
        is: &["myui", "myui:--listen"], is_not: &["myui:--cpu"] },
    Case { executable: "/usr/bin/python3.10", argv: "python|./main.py", folder: Some("/home/u/MyUI-master/"),
        is: &["myui"], is_not: &["."] },
    Case { executable: "/usr/bin/python3.10", argv: "python|main.py", folder: None,
        is: &["main.py"], is_not: &["myui"] },
    Case { executable: "/usr/bin/python3.10", argv: "python|/srv/tool/main.py", folder: Some("/home/u/MyUI"),
        is: &["tool"], is_not: &["myui"] },
    Case { executable: r"D:\Portable\python\python.exe", argv: r".\python\python.exe|-s|MyUI\main.py", folder: None,
        is: &["myui"], is_not: &["portable"] },
    Case { executable: "/home/u/.lmstudio/.internal/utils/node", argv: "node|--max-old-space-size=8|-r|/x/hook.js|/tmp/.mount_LM/llmworker.js", folder: None,
        is: &["llmworker", "llmworker.js"], is_not: &["hook", "lm-studio"] },
    Case { executable: r"C:\Python310\pythonw.exe", argv: r"C:\Python310\pythonw.exe|C:\sd\my-webui\webui.py", folder: Some(r"C:\other"),
        is: &["my-webui", "webui"], is_not: &["other", "sd"] },
    // Not by what another program is only given.
    Case { executable: "/usr/bin/vim", argv: "vim|/home/u/MyUI/main.py", folder: Some("/home/u/MyUI"),
        is: &["vim"], is_not: &["myui", "main.py"] },
    Case { executable: "/usr/bin/bash", argv: "-bash", folder: Some("/home/u/ollama"), is: &["bash"], is_not: &["ollama"] },
    Case { executable: "/usr/bin/bash", argv: "bash|-lc|ollama serve", folder: None, is: &["bash"], is_not: &["ollama"] },
    Case { executable: "/usr/bin/python3", argv: "python3|-c|import vllm", folder: Some("/srv/vllm"),
        is: &["python3"], is_not: &["vllm", "import vllm"] },
    Case { executable: "/usr/bin/python3", argv: "python3", folder: Some("/srv/vllm"), is: &["python3"], is_not: &["vllm"] },
    Case { executable: "/usr/bin/node", argv: "node|-e|ollama", folder: None, is: &["node"], is_not: &["ollama"] },
    Case { executable: "/usr/bin/node", argv: "node|-e|require('ollama')", folder: None, is: &["node"], is_not: &["ollama"] },
    Case { executable: "/usr/bin/node", argv: "node|-e|require(", folder: None, is: &["node"], is_not: &["ollama"] },
];

#[test]
fn entries_of_the_list_match_their_programs_and_no_others() {
    for case in CASES {
        let argv: Vec<&str> = case.argv.split('|').collect();
        let started = CommandLine::new(case.executable, &argv, case.folder);
        let matches = |name: &str| program(name).matches(&started);
        for name in case.is {
            assert!(matches(name), "{name} should match {started:?}");
        }
        for name in case.is_not {
            assert!(!matches(name), "{name} should not match {started:?}");
        }
    }
}

#[test]
fn the_users_list_adds_to_the_rules_and_an_ordinary_name_in_it_needs_a_context() {
    let cases = [
        (
            "my-server",
            "/opt/my-server",
            "my-server|--port|1",
            Some(ProcessKind::Worker),
        ),
        (
            "my_server",
            "/usr/bin/python3",
            "python3|my_server.py",
            Some(ProcessKind::Worker),
        ),
        (
            "ollama",
            "/usr/bin/ollama",
            "ollama|serve",
            Some(ProcessKind::Worker),
        ),
        (
            "gpt4all",
            "/u/gpt4all/bin/gpt4all",
            "gpt4all",
            Some(ProcessKind::Window),
        ),
        // The list of version 0.1 has these, and it stays in the file of a user who changed it.
        (
            "jan",
            "/usr/bin/python3",
            "python3|/home/jan/backup.py",
            Some(ProcessKind::Ordinary),
        ),
        (
            "chat",
            "/usr/bin/node",
            "node|/srv/chat/server.js",
            Some(ProcessKind::Ordinary),
        ),
        (
            "chat",
            "/usr/sbin/chat",
            "chat|-v",
            Some(ProcessKind::Ordinary),
        ),
        (
            "python3",
            "/usr/bin/python3",
            "python3|x.py",
            Some(ProcessKind::Ordinary),
        ),
        ("my-server", "/usr/bin/vim", "vim|my-server", None),
        // A program that the rules know needs no entry.
        (
            "my-server",
            "/usr/bin/llama-server",
            "llama-server",
            Some(ProcessKind::Worker),
        ),
    ];
    for (entry, executable, line, expected) in cases {
        let argv: Vec<&str> = line.split('|').collect();
        let started = CommandLine::new(executable, &argv, Some("/"));
        let found = recognise(&started, &[program(entry)]);
        assert_eq!(found.map(|f| f.kind), expected, "{entry}: {line}");
    }
}

#[test]
fn our_own_programs_are_known_by_their_name_in_every_role() {
    for name in [
        "/usr/bin/gpu-keepalive",
        "gpu-keepalive",
        "gpu-keepalive-a",
        r"C:\Users\a\AppData\Local\Programs\GPU Keepalive\gpu-keepalive-app.exe",
        "/opt/python/gpu_keepalive/bin/gpu-keepalive",
    ] {
        assert!(is_keepalive(name), "{name}");
    }
    for name in [
        "",
        "/usr/bin/keepalived",
        "python3",
        "/home/u/gpu-keepalive/other",
    ] {
        assert!(!is_keepalive(name), "{name}");
    }
}

#[test]
fn names_from_outside_are_made_harmless() {
    let long = "x".repeat(300);
    let cases = [
        ("Ollama", "Ollama"),
        ("a\u{1b}[31mred\u{7}", "a [31mred"),
        ("two\nlines\tand  blanks ", "two lines and blanks"),
        ("left\u{202e}tfel\u{2066}\u{200f}", "lefttfel"),
        ("zero\u{200b}width\u{feff}\u{e0041}", "zerowidth"),
        ("größe.py", "größe.py"),
        ("\u{202e}", "unnamed"),
        ("", "unnamed"),
        (&long, &format!("{}…", "x".repeat(39))),
    ];
    for (name, shown) in cases {
        assert_eq!(display_name(name), shown, "{name:?}");
    }
}

#[test]
fn a_process_is_called_by_its_script_by_its_parent_or_by_its_own_name() {
    let called = |line: &str, above: &[&str]| {
        let argv: Vec<&str> = line.split('|').collect();
        let above: Vec<Vec<&str>> = above.iter().map(|a| a.split('|').collect()).collect();
        let above = above
            .iter()
            .map(|argv| CommandLine::new(argv[0], argv, None));
        label(&CommandLine::new(argv[0], &argv, None), above)
    };
    let vllm = ["sh|-c|x", "python3|/v/bin/vllm|serve|m"];
    assert_eq!(called("python3|-c|x", &vllm), "vLLM");
    assert_eq!(called("python3|-c|x", &["bash"]), "A script");
    assert_eq!(called("python3|-c|x", &["python3|train.py"]), "train.py");
    assert_eq!(called("python3|infer.py", &vllm), "infer.py");
    assert_eq!(called("llama-server|-m|x", &["ollama|serve"]), "Ollama");
    assert_eq!(called("llama-server|-m|x", &["llama-server"]), "llama.cpp");
    assert_eq!(called("/opt/My-Server|-v", &vllm), "My-Server");
    assert_eq!(called("python3|a\u{1b}[2J\u{202e}.py", &[]), "a [2J.py");
}

proptest::proptest! {
    #[test]
    fn any_command_line_is_read(
        executable in ".{0,12}",
        argv in proptest::collection::vec("(-?-?[cmWXreé./\\\\: ]{0,6}|python3|node|sh)", 0..5),
    ) {
        let started = CommandLine::new(&executable, &argv, Some("/ü"));
        let lower = started.names().iter().all(|name| !name.is_empty() && *name == name.to_lowercase());
        proptest::prop_assert!(lower);
        recognise(&started, &[]);
        let shown = label(&started, [started.clone()]);
        proptest::prop_assert!(!shown.is_empty() && shown.chars().count() <= 40);
    }
}
