//! Programs that run language and embedding models.

use super::{
    Label::{Brought, Own},
    Pattern::{Below, Command, CommandWith, Ending, In, Module, Named, Title, With},
    Rule,
};
use crate::ai_processes::ProcessKind::{Service, Window, Worker};

pub(super) static RULES: &[Rule] = &[
    // Ollama: a loaded model is a runner, called `ollama_llama_server` before 0.5 and
    // `llama-server` from 0.34 on. A runner that is given a port and no model only lists the GPUs.
    Rule {
        label: Own("Ollama"),
        kind: Worker,
        is: &[
            CommandWith(&["ollama"], &["runner"], &["--model"]),
            Named(&["ollama_llama_server"]),
        ],
    },
    Rule {
        label: Own("Ollama"),
        kind: Service,
        is: &[
            Command(&["ollama"], &["serve"]),
            CommandWith(&["ollama"], &["runner"], &["--port"]),
            Named(&["ollama app"]),
        ],
    },
    Rule {
        label: Own("Ollama"),
        kind: Worker,
        is: &[Command(&["ollama"], &["runner"])],
    },
    // llama.cpp, by the names of its tools before and after they became one program (2026), and
    // as it is brought along by Ollama, Jan, Docker, text-generation-webui, RamaLama, llama-swap.
    Rule {
        label: Brought("llama.cpp"),
        kind: Worker,
        is: &[
            Named(&[
                "llama-server",
                "llama-cli",
                "llama-run",
                "llama-simple-chat",
                "llama-completion",
                "llama-mtmd-cli",
                "llama-embedding",
                "llama-bench",
                "llama-batched-bench",
                "llama-perplexity",
                "llama-tts",
                "llama-rpc-server",
                "llama-box",
            ]),
            Command(
                &["llama"],
                &[
                    "serve",
                    "server",
                    "cli",
                    "run",
                    "chat",
                    "completion",
                    "bench",
                ],
            ),
            Module(&["llama_cpp.server"]),
        ],
    },
    Rule {
        label: Own("Docker Model Runner"),
        kind: Worker,
        is: &[Named(&["com.docker.llama-server"])],
    },
    Rule {
        label: Own("llamafile"),
        kind: Worker,
        is: &[Ending(".llamafile"), Named(&["llamafile", "llamafiler"])],
    },
    // LM Studio computes in a Node process that runs this script. Its window, and the helpers that
    // search for GPUs, do not.
    Rule {
        label: Own("LM Studio"),
        kind: Worker,
        is: &[Named(&["llmworker"])],
    },
    Rule {
        label: Own("LM Studio"),
        kind: Service,
        is: &[Named(&["lm studio", "lm-studio", "llmster"])],
    },
    // vLLM's processes rename themselves. The one that takes the requests has no model.
    Rule {
        label: Own("vLLM"),
        kind: Worker,
        is: &[
            Title("VLLM", &["EngineCore", "Worker", "Stage", "Omni"]),
            Command(&["vllm", "vllm-omni"], &["serve", "run-batch", "bench"]),
            Module(&["vllm.entrypoints", "vllm_omni.entrypoints", "vllm_omni"]),
        ],
    },
    Rule {
        label: Own("vLLM"),
        kind: Service,
        is: &[Title("VLLM", &[])],
    },
    Rule {
        label: Own("SGLang"),
        kind: Worker,
        is: &[
            Title("sglang", &["scheduler"]),
            Command(&["sglang"], &["serve"]),
            Module(&["sglang.launch_server", "sglang.bench_one_batch"]),
        ],
    },
    Rule {
        label: Own("SGLang"),
        kind: Service,
        is: &[Title("sglang", &[])],
    },
    // Hugging Face: a launcher in Rust, a server in Python for each GPU.
    Rule {
        label: Own("Text Generation Inference"),
        kind: Worker,
        is: &[Named(&["text-generation-server", "lorax-server"])],
    },
    Rule {
        label: Own("Text Generation Inference"),
        kind: Service,
        is: &[Named(&["text-generation-launcher", "lorax-launcher"])],
    },
    Rule {
        label: Own("Text Embeddings Inference"),
        kind: Worker,
        is: &[Named(&["text-embeddings-router"])],
    },
    Rule {
        label: Own("Transformers"),
        kind: Worker,
        is: &[Command(&["transformers"], &["serve"])],
    },
    // NVIDIA.
    Rule {
        label: Own("TensorRT-LLM"),
        kind: Worker,
        is: &[
            Named(&["trtllm-serve", "trtllm-llmapi-launch", "trtllm-bench"]),
            Module(&["tensorrt_llm.commands", "tensorrt_llm.llmapi"]),
        ],
    },
    Rule {
        label: Own("Triton"),
        kind: Worker,
        is: &[Named(&["tritonserver", "triton_python_backend_stub"])],
    },
    Rule {
        label: Own("Dynamo"),
        kind: Worker,
        is: &[Module(&["dynamo.vllm", "dynamo.sglang", "dynamo.trtllm"])],
    },
    // ExLlama and its servers.
    Rule {
        label: Own("TabbyAPI"),
        kind: Worker,
        is: &[In(&["main", "start"], &["tabbyapi"])],
    },
    Rule {
        label: Own("ExLlama"),
        kind: Worker,
        is: &[
            In(&["server"], &["exui"]),
            In(
                &["chat", "test_inference", "eval", "perf"],
                &["exllamav2", "exllamav3", "examples"],
            ),
            Module(&["exllamav2", "exllamav3"]),
        ],
    },
    // One file for each platform and CUDA version, or a script.
    Rule {
        label: Own("KoboldCpp"),
        kind: Worker,
        is: &[Named(&[
            "koboldcpp",
            "koboldcpp-linux",
            "koboldcpp-launcher",
        ])],
    },
    Rule {
        label: Own("KoboldAI"),
        kind: Worker,
        is: &[In(&["aiserver"], &["koboldai", "koboldai-client"])],
    },
    Rule {
        label: Own("Text Generation Web UI"),
        kind: Worker,
        is: &[In(
            &["server"],
            &["text-generation-webui", "textgen", "oobabooga"],
        )],
    },
    Rule {
        label: Own("Aphrodite"),
        kind: Worker,
        is: &[
            Command(&["aphrodite"], &["run", "serve"]),
            Module(&["aphrodite.endpoints"]),
        ],
    },
    Rule {
        label: Own("LMDeploy"),
        kind: Worker,
        is: &[
            Command(&["lmdeploy"], &["serve", "chat"]),
            Module(&["lmdeploy.serve"]),
        ],
    },
    Rule {
        label: Own("MLC LLM"),
        kind: Worker,
        is: &[
            Command(&["mlc_llm"], &["serve", "chat", "bench"]),
            Module(&["mlc_llm.serve"]),
        ],
    },
    Rule {
        label: Own("mistral.rs"),
        kind: Worker,
        is: &[
            Named(&["mistralrs-server", "mistralrs-bench"]),
            Command(&["mistralrs"], &["serve", "run", "from-config"]),
        ],
    },
    Rule {
        label: Own("KTransformers"),
        kind: Worker,
        is: &[
            Named(&["ktransformers"]),
            Module(&["ktransformers"]),
            Command(&["kt"], &["run", "chat"]),
        ],
    },
    // LocalAI starts one of these for each loaded model.
    Rule {
        label: Own("LocalAI"),
        kind: Worker,
        is: &[
            Below(
                &[
                    "llama-cpp",
                    "whisper",
                    "stablediffusion-ggml",
                    "piper",
                    "rerankers",
                ],
                &["backends", "backend_data", "backend-assets"],
            ),
            Named(&["llama-cpp-avx", "llama-cpp-fallback", "llama-cpp-grpc"]),
            In(
                &["backend"],
                &[
                    "transformers",
                    "vllm",
                    "diffusers",
                    "coqui",
                    "kokoro",
                    "bark",
                    "exllama2",
                    "faster-whisper",
                    "chatterbox",
                    "rerankers",
                ],
            ),
        ],
    },
    Rule {
        label: Own("LocalAI"),
        kind: Service,
        is: &[Named(&["local-ai", "localai"])],
    },
    // Jan starts llama-server; its predecessor's engine was a server of its own.
    Rule {
        label: Own("Cortex"),
        kind: Worker,
        is: &[Named(&["cortex-server", "cortex.llamacpp"])],
    },
    Rule {
        label: Own("Jan"),
        kind: Service,
        is: &[Below(&["jan"], &["jan", "bin", "opt", "programs"])],
    },
    // GPT4All computes in the process of its window.
    Rule {
        label: Own("GPT4All"),
        kind: Window,
        is: &[Below(&["chat"], &["gpt4all"]), Named(&["gpt4all"])],
    },
    Rule {
        label: Own("Foundry Local"),
        kind: Worker,
        is: &[Named(&["inference.service.agent"])],
    },
    Rule {
        label: Own("FastChat"),
        kind: Worker,
        is: &[Module(&[
            "fastchat.serve.model_worker",
            "fastchat.serve.multi_model_worker",
            "fastchat.serve.vllm_worker",
            "fastchat.serve.cli",
        ])],
    },
    Rule {
        label: Own("Xinference"),
        kind: Worker,
        is: &[Named(&["xinference-local", "xinference-worker"])],
    },
    Rule {
        label: Own("Infinity"),
        kind: Worker,
        is: &[Command(&["infinity_emb"], &["v1", "v2"])],
    },
    Rule {
        label: Own("LitGPT"),
        kind: Worker,
        is: &[Command(
            &["litgpt"],
            &["serve", "chat", "generate", "finetune"],
        )],
    },
    Rule {
        label: Own("OpenLLM"),
        kind: Worker,
        is: &[Command(&["openllm"], &["serve", "run"])],
    },
    Rule {
        label: Own("Nexa"),
        kind: Worker,
        is: &[Command(&["nexa", "nexa-cli"], &["serve", "infer"])],
    },
    Rule {
        label: Own("RWKV Runner"),
        kind: Worker,
        is: &[In(&["main"], &["backend-python"])],
    },
    Rule {
        label: Own("Petals"),
        kind: Worker,
        is: &[Module(&["petals.cli.run_server"])],
    },
    Rule {
        label: Own("distributed-llama"),
        kind: Worker,
        is: &[Named(&["dllama", "dllama-api"])],
    },
    Rule {
        label: Own("WasmEdge"),
        kind: Worker,
        is: &[With(&["wasmedge"], &["--nn-preload"])],
    },
    // Programs that only start others, known so that these get their names.
    Rule {
        label: Own("llama-swap"),
        kind: Service,
        is: &[Named(&["llama-swap"])],
    },
    Rule {
        label: Own("GPUStack"),
        kind: Service,
        is: &[Named(&["gpustack"])],
    },
    Rule {
        label: Own("Lemonade"),
        kind: Service,
        is: &[Named(&["lemonade-server", "lemonade-router"])],
    },
    Rule {
        label: Own("AnythingLLM"),
        kind: Service,
        is: &[Named(&["anythingllm", "anythingllm-desktop"])],
    },
    Rule {
        label: Own("Msty"),
        kind: Service,
        is: &[Named(&["msty", "mstystudio"])],
    },
];
