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
    // Ollama's service and the runner it starts for a loaded model.
    Case { executable: "/usr/local/bin/ollama", argv: "/usr/local/bin/ollama|serve", folder: Some("/"),
        is: &["ollama", "ollama:serve"], is_not: &["ollama:runner", "llama-server", "bin"] },
    Case { executable: "", argv: "/usr/local/bin/ollama|runner|--model|/m/sha256-6a0|--port|41231", folder: None,
        is: &["ollama", "ollama:runner"], is_not: &["ollama:serve"] },
    Case { executable: r"C:\Users\Ana\AppData\Local\Programs\Ollama\ollama.exe",
        argv: r"C:\Users\Ana\AppData\Local\Programs\Ollama\ollama.exe|runner", folder: None,
        is: &["ollama", "ollama:runner"], is_not: &["ollama.exe"] },
    Case { executable: r"C:\Program Files\LM Studio\LM Studio.EXE", argv: r"C:\Program Files\LM Studio\LM Studio.EXE", folder: None,
        is: &["lm studio"], is_not: &["lm-studio"] },
    Case { executable: "/home/u/llama.cpp/build/bin/llama-server", argv: "./llama-server|-m|phi.gguf|-ngl|99", folder: None,
        is: &["llama-server"], is_not: &["llama", "phi.gguf"] },
    // vLLM: the module, the console script, and the worker that renames itself.
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
    // ComfyUI: by its folder, absolute, relative and in the Windows archive.
    Case { executable: "/usr/bin/python3.10", argv: "/home/u/ComfyUI/venv/bin/python|/home/u/ComfyUI/main.py", folder: None,
        is: &["comfyui", "main.py", "main"], is_not: &["venv", "u"] },
    Case { executable: "/usr/bin/python3.10", argv: "/home/u/ComfyUI/venv/bin/python|main.py|--listen", folder: Some("/home/u/ComfyUI"),
        is: &["comfyui", "comfyui:--listen"], is_not: &["comfyui:--cpu"] },
    Case { executable: "/usr/bin/python3.10", argv: "python|./main.py", folder: Some("/home/u/ComfyUI-master/"),
        is: &["comfyui"], is_not: &["."] },
    Case { executable: "/usr/bin/python3.10", argv: "python|main.py", folder: None,
        is: &["main.py"], is_not: &["comfyui"] },
    Case { executable: "/usr/bin/python3.10", argv: "python|/srv/tool/main.py", folder: Some("/home/u/ComfyUI"),
        is: &["tool"], is_not: &["comfyui"] },
    Case { executable: r"D:\ComfyUI_windows_portable\python_embeded\python.exe",
        argv: r".\python_embeded\python.exe|-s|ComfyUI\main.py|--windows-standalone-build", folder: None,
        is: &["comfyui"], is_not: &["comfyui_windows_portable"] },
    // LM Studio: the AppImage mounts itself; the window and every helper run from there.
    Case { executable: "/tmp/.mount_LM-StuZ1/lm-studio", argv: "/tmp/.mount_LM-StuZ1/lm-studio|--no-sandbox", folder: None,
        is: &["lm-studio"], is_not: &["lm studio"] },
    Case { executable: "/tmp/.mount_LM-StuZ1/lm-studio", argv: "/proc/self/exe|--type=utility|--lang=de", folder: None,
        is: &["lm-studio", "lm-studio:--type=utility"], is_not: &["lm-studio:--type=renderer"] },
    Case { executable: "/home/u/.lmstudio/.internal/utils/node", argv: "node|--max-old-space-size=8|-r|/x/hook.js|/tmp/.mount_LM/llmworker.js", folder: None,
        is: &["llmworker", "llmworker.js"], is_not: &["hook", "lm-studio"] },
    Case { executable: "/home/u/.lmstudio/.internal/utils/node",
        argv: "/home/u/.lmstudio/.internal/utils/node|-e|process.title = 'x'; require(\"/home/u/.lmstudio/llmster/0.0.12/.bundle/lib/llmworker.js\")", folder: None,
        is: &["llmworker"], is_not: &["lmstudio"] },
    // Programs known by a script or its folder.
    Case { executable: "/usr/bin/python3.11", argv: "python|koboldcpp.py|--model|m.gguf", folder: Some("/opt"),
        is: &["koboldcpp"], is_not: &["m"] },
    Case { executable: r"C:\k\koboldcpp.exe", argv: "koboldcpp.exe", folder: None, is: &["koboldcpp"], is_not: &["k"] },
    Case { executable: "/o/env/bin/python3.11", argv: "python|/o/text-generation-webui/server.py|--api", folder: None,
        is: &["text-generation-webui", "server.py"], is_not: &["o"] },
    Case { executable: "/usr/bin/python3.12", argv: "/o/.venv/bin/python|/o/.venv/bin/invokeai-web", folder: None,
        is: &["invokeai-web"], is_not: &["invokeai"] },
    Case { executable: "/usr/bin/python3.10", argv: "python3|-u|launch.py|--xformers", folder: Some("/home/u/stable-diffusion-webui"),
        is: &["stable-diffusion-webui"], is_not: &["--xformers"] },
    Case { executable: r"C:\Python310\pythonw.exe", argv: r"C:\Python310\pythonw.exe|C:\sd\stable-diffusion-webui\webui.py", folder: Some(r"C:\other"),
        is: &["stable-diffusion-webui", "webui"], is_not: &["other", "sd"] },
    Case { executable: "/usr/bin/bash", argv: "bash|./webui.sh", folder: Some("/home/u/stable-diffusion-webui"),
        is: &["stable-diffusion-webui", "webui.sh"], is_not: &["home"] },
    Case { executable: "/usr/bin/python3", argv: "python|tabbyAPI/main.py", folder: Some("/srv"),
        is: &["tabbyapi"], is_not: &["tabbyAPI"] },
    // Not AI programs: editors, pagers and one-liners that only mention one.
    Case { executable: "/usr/bin/vim", argv: "vim|/home/u/ComfyUI/main.py", folder: Some("/home/u/ComfyUI"),
        is: &["vim"], is_not: &["comfyui", "main.py"] },
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
fn real_command_lines_match_their_programs_and_no_others() {
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

proptest::proptest! {
    #[test]
    fn any_command_line_is_read(
        executable in ".{0,12}",
        argv in proptest::collection::vec("(-?-?[cmWXreé./\\\\: ]{0,6}|python3|node|sh)", 0..5),
    ) {
        let started = CommandLine::new(&executable, &argv, Some("/ü"));
        let lower = started.names.iter().all(|name| !name.is_empty() && *name == name.to_lowercase());
        proptest::prop_assert!(lower);
    }
}
