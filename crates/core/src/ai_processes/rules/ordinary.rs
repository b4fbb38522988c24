//! Names that anything may have: they count only with a CUDA context open.

use super::{
    Label::{Own, Script},
    Pattern::{Interpreter, Module, Named, Title, With},
    Rule,
};
use crate::ai_processes::ProcessKind::{Ordinary, Service};

pub(super) static RULES: &[Rule] = &[
    Rule {
        label: Own("Jupyter"),
        kind: Ordinary,
        is: &[Module(&["ipykernel_launcher", "ipykernel"])],
    },
    // Ray's processes carry the name of what they run; an idle one runs nothing.
    Rule {
        label: Own("Ray"),
        kind: Ordinary,
        is: &[Title("ray", &["Serve", "RayWorker", "LLM", "VLLM", "vllm"])],
    },
    Rule {
        label: Own("Ray"),
        kind: Service,
        is: &[Title("ray", &[]), Named(&["raylet"])],
    },
    // llama.cpp, whisper.cpp and stable-diffusion.cpp before their tools had names of their own;
    // `sd` is also a program that replaces text.
    Rule {
        label: Own("llama.cpp"),
        kind: Ordinary,
        is: &[
            With(
                &["main", "server", "chat", "rpc-server"],
                &[".gguf", ".ggml"],
            ),
            Named(&["rpc-server"]),
        ],
    },
    Rule {
        label: Own("whisper.cpp"),
        kind: Ordinary,
        is: &[With(&["main", "server", "stream"], &[".bin"])],
    },
    Rule {
        label: Own("stable-diffusion.cpp"),
        kind: Ordinary,
        is: &[With(
            &["sd"],
            &["--diffusion-model", ".safetensors", ".gguf"],
        )],
    },
    Rule {
        label: Script("A script"),
        kind: Ordinary,
        is: &[Interpreter],
    },
];
