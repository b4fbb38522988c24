//! Real command lines that are AI processes, and such that only resemble one.
//!
//! “Seen” names the public issue, page or log that shows the line; user names and model paths are
//! shortened. “Documented” is the project's own instructions.

use super::{
    super::{CommandLine, ProcessKind, ProcessKind::*, label, recognise},
    Naming, programs,
};
use crate::{gpu::PciBusId, host::GpuUse};

/// A process: executable (empty where another user's), command line split at `|`, working folder.
type Started = (&'static str, &'static str, &'static str);

struct Ai {
    started: Started,
    /// The command lines above it, the nearest first.
    above: &'static [&'static str],
    label: &'static str,
    kind: ProcessKind,
    /// The place where it was seen, or the reason why it counts.
    source: &'static str,
}

const fn ai(started: Started, label: &'static str, kind: ProcessKind, source: &'static str) -> Ai {
    brought(started, &[], label, kind, source)
}

const fn brought(
    started: Started,
    above: &'static [&'static str],
    label: &'static str,
    kind: ProcessKind,
    source: &'static str,
) -> Ai {
    Ai {
        started,
        above,
        label,
        kind,
        source,
    }
}

#[rustfmt::skip]
const AI: &[Ai] = &[
    // Ollama.
    ai(("", "/usr/local/bin/ollama|runner|--ollama-engine|--model|/usr/share/ollama/.ollama/models/blobs/sha256-e8ad|--port|35253", ""),
        "Ollama", Worker, "seen: atineiatte/deep-research-at-home#14; the service runs as its own user"),
    ai(("/usr/local/lib/ollama/runners/cuda_v12_avx/ollama_llama_server", "/usr/local/lib/ollama/runners/cuda_v12_avx/ollama_llama_server|runner|--model|/m/sha256-5c56|--ctx-size|8192|--port|41813", "/"),
        "Ollama", Worker, "seen: ollama#8525"),
    ai(("/tmp/ollama2862667729/runners/cpu_avx2/ollama_llama_server", "/tmp/ollama2862667729/runners/cpu_avx2/ollama_llama_server|--model|/m/sha256-6a07|--ctx-size|2048|--port|36055", "/"),
        "Ollama", Worker, "seen: ollama#4604"),
    ai((r"C:\Users\a\AppData\Local\Programs\Ollama\ollama.exe", r"C:\Users\a\AppData\Local\Programs\Ollama\ollama.exe|runner|--ollama-engine|--model|C:\Users\a\.ollama\models\blobs\sha256-e796|--port|52961", ""),
        "Ollama", Worker, "seen: a server log of July 2025, Windows"),
    brought(("", "/usr/local/lib/ollama/llama-server|--model|/m/sha256-bbb|--port|2", ""), &["/usr/local/bin/ollama|serve"],
        "Ollama", Worker, "seen: a table of nvidia-smi's processes, Ollama 0.34"),
    brought((r"C:\Users\a\AppData\Local\Programs\Ollama\lib\ollama\llama-server.exe", r"C:\Users\a\AppData\Local\Programs\Ollama\lib\ollama\llama-server.exe|--model|m", ""), &[r"C:\Users\a\AppData\Local\Programs\Ollama\ollama.exe|serve", r"C:\Users\a\AppData\Local\Programs\Ollama\ollama app.exe"],
        "Ollama", Worker, "seen: ProcessCpu of a monitor for Windows, Ollama 0.34"),
    // llama.cpp and what brings it along.
    ai(("/home/u/llama.cpp/build/bin/llama-server", "./llama-server|-m|models/7b.gguf|-ngl|99|-c|8192", "/home/u/llama.cpp/build/bin"),
        "llama.cpp", Worker, "documented: llama.cpp, tools/server"),
    ai(("/usr/local/bin/llama", "llama|serve|-m|x.gguf|-ngl|99", "/home/u"),
        "llama.cpp", Worker, "issue 11; documented: llama.cpp#23296"),
    ai((r"C:\Users\a\AppData\Local\Microsoft\WinGet\Links\llama.exe", "llama.exe|serve|-m|model.gguf", ""),
        "llama.cpp", Worker, "seen: llamastash#67"),
    ai(("/app/llama", "/app/llama|cli|-hf|ggml-org/gemma-4-E4B-it-GGUF", "/app"),
        "llama.cpp", Worker, "seen: meta-oss-cookbook#25"),
    ai((r"E:\llama-b4567\llama-server.exe", r".\llama-server.exe|-m|C:\models\Qwen2.5-7B-Instruct-Q4_K_M.gguf|-ngl|999|--port|900", r"E:\llama-b4567"),
        "llama.cpp", Worker, "seen: a user's notes for Windows"),
    ai(("/opt/llama.cpp/llama-mtmd-cli", "llama-mtmd-cli|-m|m.gguf|--mmproj|p.gguf|--image|a.png", "/"),
        "llama.cpp", Worker, "documented: llama.cpp, tools/mtmd"),
    ai(("/opt/llama.cpp/llama-bench", "llama-bench|-m|m.gguf|-ngl|99", "/"),
        "llama.cpp", Worker, "documented: llama.cpp, tools/llama-bench"),
    ai(("/usr/bin/python3.11", "python3|-m|llama_cpp.server|--model|m.gguf|--n_gpu_layers|-1", "/home/u"),
        "llama.cpp", Worker, "documented: llama-cpp-python"),
    brought(("/home/u/.local/share/Jan/data/llamacpp/backends/b6325/linux-avx2-cuda-cu12.0-x64/build/bin/llama-server", "/home/u/.local/share/Jan/data/llamacpp/backends/b6325/linux-avx2-cuda-cu12.0-x64/build/bin/llama-server|--no-webui|-m|m.gguf|--port|3913", ""), &["/usr/bin/Jan"],
        "Jan", Worker, "documented: janhq/jan#4941, Jan starts llama-server"),
    brought(("/usr/bin/llama-server", "/usr/bin/llama-server|--port|5801|-m|m.gguf", "/"), &["/usr/local/bin/llama-swap|--config|/etc/llama-swap.yaml"],
        "llama-swap", Worker, "documented: llama-swap"),
    brought(("/usr/bin/llama-server", "llama-server|--port|8080|--model|/mnt/models/model.file", "/"), &["/bin/sh|-c|exec llama-server", "conmon"],
        "llama.cpp", Worker, "documented: RamaLama, in a container"),
    ai(("/app/bin/com.docker.llama-server", "com.docker.llama-server|--model|/models/bundle/model.gguf|--host|inference-runner-0.sock", "/app"),
        "Docker Model Runner", Worker, "documented: docker/model-runner"),
    ai((r"C:\Users\a\.docker\bin\inference\com.docker.llama-server.exe", r"C:\Users\a\.docker\bin\inference\com.docker.llama-server.exe|-m|m.gguf", ""),
        "Docker Model Runner", Worker, "seen: a user's PowerShell script"),
    ai(("/com.docker.llama-server.native.linux.cuda.amd64", "/com.docker.llama-server.native.linux.cuda.amd64|--model|m.gguf", "/"),
        "Docker Model Runner", Worker, "seen: the makefile of docker/model-runner"),
    // llamafile: by itself, through the loader that Linux needs, and on Windows.
    ai(("/home/u/llava-v1.5-7b-q4.llamafile", "./llava-v1.5-7b-q4.llamafile", "/home/u"),
        "llamafile", Worker, "issue 11; documented: llamafile"),
    ai(("/usr/bin/ape", "/usr/bin/ape|./llava-v1.5-7b-q4-server.llamafile|--server", "/home/u"),
        "llamafile", Worker, "documented: mozilla-ai/llamafile#47, the loader registered with the kernel"),
    ai(("/home/u/.ape-1.10", "/home/u/.ape-1.10|/home/u/x.llamafile|-ngl|999", "/home/u"),
        "llamafile", Worker, "seen: a process list of a code space, `.ape-1.10`"),
    ai((r"C:\ai\mistral-7b.llamafile.exe", r"mistral-7b.llamafile.exe|--gpu|nvidia", r"C:\ai"),
        "llamafile", Worker, "documented: llamafile, renamed for Windows"),
    ai(("/home/u/llamafile-0.9.3", "./llamafile-0.9.3|-m|m.gguf", "/home/u"),
        "llamafile", Worker, "seen: mozilla-ai/llamafile#773"),
    // LM Studio.
    ai(("/home/u/.lmstudio/.internal/utils/node", "/home/u/.lmstudio/.internal/utils/node|-e|process.title = 'x'; require(\"/home/u/.lmstudio/llmster/0.0.12-1/.bundle/lib/llmworker.js\")", "/home/u"),
        "LM Studio", Worker, "seen: a table of nvidia-smi's processes, 2026"),
    ai(("/home/u/.cache/lm-studio/.internal/utils/node", "/home/u/.cache/lm-studio/.internal/utils/node|/tmp/.mount_LM-StumEkll2/resources/app/.webpack/lib/llmworker.js", "/home/u"),
        "LM Studio", Worker, "seen: lmstudio-bug-tracker#588, #1954"),
    ai((r"C:\Users\a\.lmstudio\.internal\utils\node.exe", r"C:\Users\a\.lmstudio\.internal\utils\node.exe|C:\Program Files\LM Studio\resources\app\.webpack\lib\llmworker.js", ""),
        "LM Studio", Worker, "the same for Windows"),
    // vLLM.
    ai(("/usr/bin/python3.12", "python|-m|vllm.entrypoints.openai.api_server|--model|Qwen/Qwen3-8B", "/"),
        "vLLM", Worker, "documented: vLLM"),
    ai(("/usr/bin/python3.12", "/opt/v/bin/python3|/opt/v/bin/vllm|serve|Qwen/Qwen3-8B|--gpu-memory-utilization|0.6", "/"),
        "vLLM", Worker, "documented: vLLM"),
    ai(("/usr/bin/python3.12", "VLLM::EngineCore", "/"),
        "vLLM", Worker, "seen: vllm#25127"),
    ai(("/usr/bin/python3.12", "VLLM::Worker_TP0", "/"),
        "vLLM", Worker, "seen: nvidia-smi before and after vLLM's sleep mode"),
    ai(("/usr/bin/python3.12", "python|-m|vllm_omni.entrypoints.openai.api_server|--model|Qwen/Qwen3-Omni-30B-A3B-Instruct", "/"),
        "vLLM", Worker, "issue 11; documented: vllm-omni"),
    brought(("/usr/bin/python3.11", "/opt/v/bin/python3|-c|from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=37, pipe_handle=39)|--multiprocessing-fork", "/"), &["/opt/v/bin/python3|/opt/v/bin/vllm|serve|m"],
        "vLLM", Ordinary, "seen: many process lists; the worker's own name says nothing"),
    // SGLang, Hugging Face, NVIDIA.
    ai(("/usr/bin/python3.12", "sglang::scheduler_TP1", "/"),
        "SGLang", Worker, "seen: nvidia-smi on a GB10"),
    ai(("/usr/bin/python3.12", "python|-m|sglang.launch_server|--model-path|Qwen/Qwen3.5-0.8B", "/"),
        "SGLang", Worker, "documented: SGLang"),
    ai(("/home/u/.venv/bin/python3.13", "/home/u/.venv/bin/python3|/home/u/.venv/bin/sglang|serve|--model-path|Qwen/Qwen3.5-0.8B", "/home/u"),
        "SGLang", Worker, "seen: sgl-project/sglang#33283"),
    ai(("/opt/conda/bin/python3.11", "/opt/conda/bin/python3.11|/opt/conda/bin/text-generation-server|serve|bigscience/bloom-560m|--uds-path|/tmp/tgi", "/usr/src"),
        "Text Generation Inference", Worker, "documented: text-generation-inference"),
    ai(("/usr/local/bin/text-embeddings-router", "text-embeddings-router|--model-id|BAAI/bge-large-en-v1.5", "/"),
        "Text Embeddings Inference", Worker, "documented: text-embeddings-inference"),
    ai(("/home/u/.venv/bin/python3.12", "/home/u/.venv/bin/python|/home/u/.venv/bin/transformers|serve|Qwen/Qwen3.6-27B|--port|8000|--continuous-batching", "/home/u"),
        "Transformers", Worker, "issue 11; documented: Qwen3.6"),
    ai(("/usr/bin/python3.12", "/usr/bin/python3|/usr/local/bin/trtllm-serve|Qwen/Qwen3-8B|--backend|pytorch", "/"),
        "TensorRT-LLM", Worker, "documented: TensorRT-LLM"),
    ai(("/opt/tritonserver/bin/tritonserver", "tritonserver|--model-repository=/models", "/"),
        "Triton", Worker, "documented: Triton Inference Server"),
    ai(("/opt/tritonserver/backends/python/triton_python_backend_stub", "/opt/tritonserver/backends/python/triton_python_backend_stub|/models/m/1/model.py|triton_python_backend_shm_region_1", "/"),
        "Triton", Worker, "documented: Triton's Python backend"),
    ai(("/usr/bin/python3.12", "python3|-m|dynamo.vllm|--model|Qwen/Qwen3-0.6B", "/"),
        "Dynamo", Worker, "documented: NVIDIA Dynamo"),
    // ExLlama, KoboldCpp, text-generation-webui and smaller ones.
    ai(("/usr/bin/python3.11", "python|main.py", "/srv/tabbyAPI"),
        "TabbyAPI", Worker, "documented: TabbyAPI"),
    ai(("/usr/bin/python3.11", "python3|tabbyAPI-main/start.py|--config|c.yml", "/srv"),
        "TabbyAPI", Worker, "its folder from GitHub's archive"),
    ai(("/usr/bin/python3.11", "python|server.py", "/home/u/exui"),
        "ExLlama", Worker, "documented: exui"),
    ai((r"C:\k\koboldcpp.exe", "koboldcpp.exe|--config|a.kcpps", r"C:\k"),
        "KoboldCpp", Worker, "documented: KoboldCpp"),
    ai(("/home/u/koboldcpp-linux-x64-cuda1210", "./koboldcpp-linux-x64-cuda1210|--model|m.gguf", "/home/u"),
        "KoboldCpp", Worker, "a released file's name"),
    ai((r"C:\ai\koboldcpp_cu12.exe", "koboldcpp_cu12.exe", r"C:\ai"),
        "KoboldCpp", Worker, "a released file's name"),
    ai(("/usr/bin/python3.11", "python3|koboldcpp.py|--model|m.gguf|--usecublas", "/opt/koboldcpp-1.108"),
        "KoboldCpp", Worker, "documented: KoboldCpp from its sources"),
    ai(("/home/u/text-generation-webui/installer_files/env/bin/python3.11", "python|server.py|--api", "/home/u/text-generation-webui"),
        "Text Generation Web UI", Worker, "documented: text-generation-webui"),
    ai(("/home/u/text-generation-webui-3.12/portable_env/bin/python3.11", "portable_env/bin/python3|server.py|--portable|--api", "/home/u/text-generation-webui-3.12"),
        "Text Generation Web UI", Worker, "issue 11, the portable edition"),
    ai((r"D:\text-generation-webui-main\installer_files\env\python.exe", r"D:\text-generation-webui-main\installer_files\env\python.exe|D:\text-generation-webui-main\server.py", ""),
        "Text Generation Web UI", Worker, "its folder from GitHub's archive"),
    ai(("/usr/bin/python3.11", "/v/bin/python3|/v/bin/aphrodite|run|m", "/"),
        "Aphrodite", Worker, "documented: Aphrodite"),
    ai(("/usr/bin/python3.11", "/v/bin/python3|/v/bin/lmdeploy|serve|api_server|internlm/internlm3-8b-instruct", "/"),
        "LMDeploy", Worker, "documented: LMDeploy"),
    ai(("/usr/bin/python3.11", "python|-m|mlc_llm|serve|HF://mlc-ai/Llama-3-8B-Instruct-q4f16_1-MLC", "/"),
        "MLC LLM", Worker, "documented: MLC LLM"),
    ai(("/home/u/.cargo/bin/mistralrs-server", "mistralrs-server|--port|1234|plain|-m|m", "/home/u"),
        "mistral.rs", Worker, "documented: mistral.rs"),
    ai(("/backends/cuda12-llama-cpp/lib/ld.so", "/backends/cuda12-llama-cpp/lib/ld.so|/backends/cuda12-llama-cpp/llama-cpp-avx2|--addr|127.0.0.1:42137", "/"),
        "LocalAI", Worker, "documented: LocalAI's run.sh starts it with its own loader"),
    ai(("/usr/bin/python3.10", "/backends/cuda12-diffusers/venv/bin/python|/backends/diffusers/backend.py|--addr|127.0.0.1:41123", "/"),
        "LocalAI", Worker, "documented: LocalAI's Python backends"),
    ai(("/home/u/.local/bin/cortex-server", "cortex-server|--start-server", "/home/u"),
        "Cortex", Worker, "documented: Cortex, Jan's former engine"),
    ai(("/home/u/gpt4all/bin/chat", "/home/u/gpt4all/bin/chat", "/home/u"),
        "GPT4All", Window, "seen: many menu entries"),
    ai((r"C:\Users\a\gpt4all\bin\chat.exe", r"C:\Users\a\gpt4all\bin\chat.exe", ""),
        "GPT4All", Window, "seen: installers' tables for Windows"),
    ai(("/usr/bin/python3.11", "python3|-m|fastchat.serve.model_worker|--model-path|lmsys/vicuna-7b-v1.5", "/"),
        "FastChat", Worker, "documented: FastChat"),
    // Pictures and video.
    ai(("/home/u/ComfyUI/venv/bin/python3.12", "/home/u/ComfyUI/venv/bin/python|main.py|--listen", "/home/u/ComfyUI"),
        "ComfyUI", Worker, "documented: ComfyUI"),
    ai(("/usr/bin/python3.12", "python3|main.py|--port|8188", "/home/u/ComfyUI-0.3.60"),
        "ComfyUI", Worker, "issue 11"),
    ai((r"K:\ComfyUI_windows_portable\python_embeded\python.exe", r".\python_embeded\python.exe|-s|ComfyUI\main.py|--windows-standalone-build", r"K:\ComfyUI_windows_portable"),
        "ComfyUI", Worker, "seen: ComfyUI#6770"),
    ai((r"D:\ComfyUI\.venv\Scripts\python.exe", r"D:\ComfyUI\.venv\Scripts\python.exe|C:\Users\a\AppData\Local\Programs\@comfyorgcomfyui-electron\resources\ComfyUI\main.py|--user-directory|D:\ComfyUI\user|--base-directory|D:\ComfyUI", ""),
        "ComfyUI", Worker, "seen: Comfy-Org/desktop#1037"),
    ai((r"S:\python\python.exe", r"python|-s|S:\ComfyUI_env\ComfyUI\main.py|--fast|fp16_accumulation", ""),
        "ComfyUI", Worker, "seen: ComfyLauncher#33"),
    ai(("/usr/bin/python3.11", "python|/home/u/SwarmUI/dlbackend/ComfyUI/main.py|--port|7821", "/home/u/SwarmUI"),
        "ComfyUI", Worker, "documented: SwarmUI"),
    ai(("/usr/bin/python3.10", "/home/u/stable-diffusion-webui/venv/bin/python3|-u|launch.py|--xformers", "/home/u/stable-diffusion-webui"),
        "Stable Diffusion Web UI", Worker, "documented: stable-diffusion-webui, webui.sh"),
    ai((r"C:\sd\stable-diffusion-webui-1.10.1\venv\Scripts\python.exe", r"C:\sd\stable-diffusion-webui-1.10.1\venv\Scripts\python.exe|launch.py", r"C:\sd\stable-diffusion-webui-1.10.1"),
        "Stable Diffusion Web UI", Worker, "a released archive's folder"),
    ai((r"D:\webui_forge_cu121_torch231\system\python\python.exe", r"D:\webui_forge_cu121_torch231\system\python\python.exe|launch.py", r"D:\webui_forge_cu121_torch231\webui"),
        "Forge", Worker, "documented: Forge's archive for Windows"),
    ai(("/usr/bin/python3.11", "python3|launch.py|--debug", "/home/u/sdnext"),
        "SD.Next", Worker, "documented: SD.Next"),
    ai((r"C:\Fooocus_win64_2-5-0\python_embeded\python.exe", r".\python_embeded\python.exe|-s|Fooocus\entry_with_update.py", r"C:\Fooocus_win64_2-5-0"),
        "Fooocus", Worker, "documented: Fooocus"),
    ai(("/home/u/invokeai/.venv/bin/python3.12", "/home/u/invokeai/.venv/bin/python|/home/u/invokeai/.venv/bin/invokeai-web", "/home/u/invokeai"),
        "InvokeAI", Worker, "documented: InvokeAI"),
    ai((r"C:\invokeai\.venv\Scripts\python.exe", r"C:\invokeai\.venv\Scripts\python.exe|C:\invokeai\.venv\Scripts\invokeai-web.exe", r"C:\invokeai"),
        "InvokeAI", Worker, "pip's launcher for Windows names itself as the script"),
    ai(("/usr/bin/python3.10", "python|wgp.py|--i2v", "/home/u/Wan2GP"),
        "Wan2GP", Worker, "documented: Wan2GP"),
    ai(("/usr/bin/python3.10", "python|demo_gradio_f1.py", "/home/u/FramePack"),
        "FramePack", Worker, "documented: FramePack"),
    ai(("/opt/sd.cpp/sd-server", "./sd-server|-m|m.safetensors", "/opt/sd.cpp"),
        "stable-diffusion.cpp", Worker, "documented: stable-diffusion.cpp"),
    // Speech.
    ai(("/opt/whisper.cpp/build/bin/whisper-server", "whisper-server|-m|models/ggml-large-v3.bin", "/opt"),
        "whisper.cpp", Worker, "documented: whisper.cpp"),
    ai(("/usr/bin/python3.11", "/v/bin/python|/v/bin/whisperx|a.wav|--model|large-v3", "/"),
        "Whisper", Worker, "documented: WhisperX"),
    ai(("/usr/bin/python3.12", "/opt/speaches-venv/bin/python3|/opt/speaches-venv/bin/uvicorn|speaches.main:create_app|--host|0.0.0.0|--factory", "/opt/speaches"),
        "Speaches", Worker, "seen: a supervisor's configuration"),
    ai(("/usr/bin/python3.11", "python3|-m|wyoming_faster_whisper|--uri|tcp://0.0.0.0:10300|--device|cuda", "/"),
        "Wyoming", Worker, "documented: wyoming-faster-whisper"),
    ai(("/usr/bin/python3.10", "/k/.venv/bin/python|-m|uvicorn|api.src.main:app|--host|127.0.0.1|--port|8880", "/home/u/Kokoro-FastAPI"),
        "Kokoro", Worker, "seen: users' start scripts"),
    ai(("/usr/bin/python3.11", "python|-m|xtts_api_server|--deepspeed", "/"),
        "XTTS", Worker, "documented: xtts-api-server"),
    ai((r"C:\GPT-SoVITS-v3lora-20250228\runtime\python.exe", r"runtime\python.exe|-I|webui.py|zh_CN", r"C:\GPT-SoVITS-v3lora-20250228"),
        "GPT-SoVITS", Worker, "a released archive's folder"),
    // Names that anything may have, with a context open.
    ai(("/usr/bin/python3.12", "/opt/conda/bin/python|-m|ipykernel_launcher|-f|/home/u/.local/share/jupyter/runtime/kernel-1.json", "/home/u"),
        "Jupyter", Ordinary, "documented: Jupyter's kernels"),
    ai(("/usr/bin/python3.12", "ray::ServeReplica:default:LLMServer", "/"),
        "Ray", Ordinary, "seen: a profile of a Ray service"),
    ai(("/usr/bin/python3.11", "python3|train.py|--epochs|3", "/home/u/project"),
        "train.py", Ordinary, "the user's own script"),
    ai(("/usr/bin/node", "node|server.mjs", "/home/u/transformers-js-demo"),
        "server.mjs", Ordinary, "a model in Node, onnxruntime-node"),
    ai(("/home/u/old/llama.cpp/main", "./main|-m|models/7B/ggml-model-q4_0.gguf|-p|hello", "/home/u/old/llama.cpp"),
        "llama.cpp", Ordinary, "llama.cpp before its tools had names of their own (June 2024)"),
    ai(("/opt/sd.cpp/sd", "sd|--diffusion-model|flux1-schnell-q4_0.gguf|-p|a cat", "/"),
        "stable-diffusion.cpp", Ordinary, "documented: stable-diffusion.cpp, a name that it shares"),
];

/// Command lines that resemble AI: none of them counts, whether or not it can be seen what they
/// have open.
#[rustfmt::skip]
const NOT_AI: &[(Started, &str)] = &[
    // Folders of users and of web projects with the name of an AI program.
    (("/usr/bin/python3.11", "python3|backup.py", "/home/jan"), "issue 11: a user called Jan"),
    (("/usr/bin/python3.11", "python3|/home/jan/backup.py", "/"), "the same, with its path"),
    (("/usr/bin/node", "node|server.js", "/srv/chat"), "issue 11: a web project called chat"),
    (("/usr/bin/node", "/usr/bin/node|/home/u/chat/server.js", "/"), "the same, with its path"),
    (("/usr/bin/python3.11", "python3|manage.py|runserver", "/home/u/vllm"), "a folder called vllm"),
    (("/usr/bin/python3.11", "python|setup.py|build", "/home/u/ComfyUI"), "another script of ComfyUI's folder"),
    (("/usr/bin/python3.11", "python|main.py", "/home/u/project"), "a script called main.py"),
    (("/usr/bin/python3.11", "python|launch.py", "/home/u/rocket"), "a script called launch.py"),
    (("/usr/bin/python3.11", "python|server.py", "/home/u/text-generation-webui-notes"), "a folder that only begins so"),
    // Editors, pagers and searches with a file or a word of a model.
    (("/usr/bin/vim", "vim|/home/u/ComfyUI/main.py", "/home/u/ComfyUI"), "an editor"),
    (("/usr/bin/nano", "nano|llama-server", "/home/u"), "an editor"),
    (("/usr/share/code/code", "/usr/share/code/code|/home/u/models/x.gguf", "/home/u"), "an editor"),
    (("/usr/bin/emacs", "emacs|ollama.el", "/home/u"), "an editor"),
    (("/usr/bin/less", "less|koboldcpp.log", "/"), "a pager"),
    (("/usr/bin/tail", "tail|-f|/var/log/ollama.log", "/"), "a log that is followed"),
    (("/usr/bin/grep", "grep|ollama", "/"), "a search"),
    (("/usr/bin/pgrep", "pgrep|-f|llama-server", "/"), "a search"),
    (("/usr/bin/man", "man|llama-server", "/"), "a manual"),
    (("/usr/bin/journalctl", "journalctl|-fu|ollama", "/"), "a log that is followed"),
    // Commands that start, stop, trace or fetch one.
    (("/usr/bin/bash", "bash|-lc|ollama serve", "/"), "a shell"),
    (("/usr/bin/dash", "sh|-c|exec llama-server -m x.gguf", "/"), "a wrapper, whose child counts"),
    (("/usr/bin/bash", "bash|./webui.sh", "/home/u/stable-diffusion-webui"), "a wrapper, whose child counts"),
    (("/usr/bin/bash", "-bash", "/home/u/ollama"), "a shell at work"),
    ((r"C:\Windows\System32\cmd.exe", r"cmd.exe|/c|run_nvidia_gpu.bat", r"K:\ComfyUI_windows_portable"), "a wrapper, whose child counts"),
    ((r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", r"powershell.exe|-File|start-ollama.ps1", ""), "a wrapper"),
    (("/usr/bin/sudo", "sudo|-u|ollama|ollama|serve", "/"), "a wrapper"),
    (("/usr/bin/env", "env|CUDA_VISIBLE_DEVICES=0|vllm|serve|m", "/"), "a wrapper before it becomes another program"),
    (("/usr/bin/nohup", "nohup|llama-server|-m|x.gguf", "/"), "a wrapper"),
    (("/usr/bin/tini", "tini|--|vllm|serve|m", "/"), "a container's first process"),
    (("/home/u/.local/bin/uv", "uv|run|vllm|serve|Qwen/Qwen3-8B", "/home/u"), "a wrapper, whose child counts"),
    (("/usr/bin/docker", "docker|run|--gpus=all|ollama/ollama", "/"), "a container's client"),
    (("/usr/bin/docker", "docker|exec|-it|ollama|ollama|run|llama3.2", "/"), "a container's client"),
    (("/usr/bin/podman", "podman|run|vllm/vllm-openai|--model|m", "/"), "a container's client"),
    (("/usr/bin/conmon", "/usr/bin/conmon|-n|vllm", "/"), "a container's keeper"),
    (("/usr/bin/systemctl", "systemctl|status|ollama", "/"), "a service's client"),
    (("/usr/bin/ssh", "ssh|box|llama-server|-m|x.gguf", "/"), "another machine's"),
    (("/usr/bin/tmux", "tmux|new|-s|vllm|vllm serve m", "/"), "a terminal"),
    (("/usr/bin/strace", "strace|-f|ollama|serve", "/"), "a tracer"),
    (("/usr/bin/gdb", "gdb|--args|llama-server|-m|x.gguf", "/"), "a debugger"),
    (("/opt/nsys", "nsys|profile|sglang|serve", "/"), "a profiler: sgl-project/sglang#33283"),
    (("/usr/bin/python3.12", "/usr/bin/python3|/usr/bin/pip|install|vllm", "/"), "an installer"),
    (("/usr/bin/python3.12", "python3|-m|pip|install|llama-cpp-python", "/"), "an installer"),
    (("/usr/bin/git", "git|clone|https://github.com/ggml-org/llama.cpp", "/"), "a download"),
    (("/usr/bin/curl", "curl|http://localhost:11434/api/generate", "/"), "a client"),
    // Parts of AI programs that compute nothing.
    (("/usr/local/bin/ollama", "/usr/local/bin/ollama|serve", "/"), "the service, which waits"),
    (("/usr/local/bin/ollama", "ollama|run|llama3.2", "/home/u"), "a client"),
    (("/usr/local/bin/ollama", "ollama|pull|llama3.2", "/home/u"), "a download"),
    ((r"C:\Users\a\AppData\Local\Programs\Ollama\ollama.exe", r"C:\Users\a\AppData\Local\Programs\Ollama\ollama.exe|runner|--ollama-engine|--port|64348", ""),
        "a runner without a model looks which GPUs there are: seen in a server log of November 2025"),
    ((r"C:\Users\a\AppData\Local\Programs\Ollama\ollama app.exe", r"C:\Users\a\AppData\Local\Programs\Ollama\ollama app.exe|hidden", ""), "its window"),
    (("/tmp/.mount_LM-StuZ1/lm-studio", "/tmp/.mount_LM-StuZ1/lm-studio|--no-sandbox", ""), "LM Studio's window"),
    (("/tmp/.mount_LM-StuZ1/lm-studio", "/tmp/.mount_LM-StumEkll2/lm-studio|--type=broker", ""), "seen: lmstudio-bug-tracker#588"),
    ((r"C:\Program Files\LM Studio\LM Studio.exe", r"C:\Program Files\LM Studio\LM Studio.exe|--type=utility|--utility-sub-type=node.mojom.NodeService", ""),
        "it holds VRAM without a model: lmstudio-bug-tracker#1547"),
    ((r"C:\Program Files\LM Studio\LM Studio.exe", r"C:\Program Files\LM Studio\LM Studio.exe|--type=gpu-process", ""), "LM Studio's window"),
    (("/home/u/.lmstudio/bin/lms", "lms|server|start", "/home/u"), "a client"),
    (("/usr/bin/python3.12", "VLLM::APIServer_0", "/"), "it passes requests on"),
    (("/usr/bin/python3.12", "sglang::detokenizer", "/"), "it has no model"),
    (("/usr/bin/python3.12", "/v/bin/python3|/v/bin/vllm|chat|--url|http://localhost:8000", "/"), "a client"),
    (("/usr/bin/python3.12", "ray::IDLE", "/"), "it runs nothing"),
    (("/usr/bin/python3.11", "/v/bin/python|/v/bin/open-webui|serve", "/"), "it needs no GPU"),
    (("/usr/bin/python3.11", "/v/bin/python|/v/bin/litellm|--config|c.yml", "/"), "it passes requests on"),
    (("/usr/bin/python3.11", "/v/bin/python|/v/bin/jupyter-lab", "/home/u"), "its kernels compute"),
    (("/usr/bin/python3.11", "/v/bin/python|/v/bin/torchrun|--nproc-per-node=2|train.py", "/home/u"), "its children compute"),
    (("/usr/bin/Jan", "/usr/bin/Jan", "/home/u"), "its server computes"),
    ((r"C:\Users\a\AppData\Local\Programs\@comfyorgcomfyui-electron\ComfyUI.exe", r"C:\Users\a\AppData\Local\Programs\@comfyorgcomfyui-electron\ComfyUI.exe", ""), "its window"),
    // Ordinary names.
    (("/usr/bin/python3.11", "python3|-c|import vllm", "/srv/vllm"), "code from the command line"),
    (("/usr/bin/python3.11", "python3", "/srv/vllm"), "an interpreter that waits"),
    (("/usr/bin/python3.11", "/usr/bin/python3|/usr/bin/networkd-dispatcher|--run-startup-triggers", "/"), "a system service"),
    (("/usr/bin/node", "node|-e|require('ollama')", "/"), "a client"),
    (("/usr/bin/java", "java|-jar|server.jar|nogui", "/srv/minecraft"), "a game's server"),
    (("/usr/bin/sd", "sd|before|after|notes.txt", "/home/u"), "a program that replaces text"),
    (("/usr/bin/chat", "chat|-v|ABORT|BUSY", "/"), "pppd's dialler"),
    (("/usr/sbin/main", "./main", "/home/u/exercise"), "anybody's first program"),
    (("/usr/bin/piper", "piper", "/"), "the program for gaming mice, which speech synthesis shares its name with"),
];

fn argv(line: &'static str) -> Vec<&'static str> {
    line.split('|').collect()
}

fn on_gpu() -> PciBusId {
    "0000:01:00.0".parse().expect("an address")
}

#[test]
fn real_command_lines_are_recognised_and_named() {
    assert!(AI.len() >= 60, "{}", AI.len());
    for case in AI {
        let (executable, line, folder) = case.started;
        let argv = argv(line);
        let started = CommandLine::new(executable, &argv, Some(folder));
        let Some(found) = recognise(&started, &[]) else {
            panic!("{line} is not recognised ({}): {started:?}", case.source);
        };
        assert_eq!(found.kind, case.kind, "{line} ({})", case.source);
        assert!(found.kind.is_ai_process(&GpuUse::Context(vec![on_gpu()])));
        let above: Vec<Vec<&str>> = case.above.iter().map(|line| self::argv(line)).collect();
        let above = above
            .iter()
            .map(|argv| CommandLine::new(argv[0], argv, None));
        assert_eq!(
            label(&started, above),
            case.label,
            "{line} ({})",
            case.source
        );
    }
}

#[test]
fn processes_that_only_resemble_ai_do_not_count() {
    assert!(NOT_AI.len() >= 40, "{}", NOT_AI.len());
    for ((executable, line, folder), why) in NOT_AI {
        let argv = argv(line);
        let started = CommandLine::new(executable, &argv, Some(folder));
        for gpu in [
            GpuUse::Unknown,
            GpuUse::Nothing,
            GpuUse::Graphics,
            GpuUse::Device(vec![on_gpu()]),
        ] {
            let counts = recognise(&started, &[]).is_some_and(|f| f.kind.is_ai_process(&gpu));
            assert!(!counts, "{line} counts with {gpu:?}, but it is {why}");
        }
    }
}

#[test]
fn an_interpreter_or_an_ordinary_name_counts_with_a_context_alone() {
    let ordinary = AI.iter().filter(|case| case.kind == Ordinary);
    for case in ordinary {
        let (executable, line, folder) = case.started;
        let argv = argv(line);
        let started = CommandLine::new(executable, &argv, Some(folder));
        let kind = recognise(&started, &[]).expect("recognised").kind;
        for gpu in [GpuUse::Unknown, GpuUse::Nothing, GpuUse::Device(vec![])] {
            assert!(!kind.is_ai_process(&gpu), "{line} with {gpu:?}");
        }
    }
}

#[test]
fn every_rule_has_a_command_line_that_shows_it() {
    let shown: Vec<&str> = AI.iter().map(|case| case.label).collect();
    for rule in &programs().rules {
        if rule.naming != Naming::Own {
            continue;
        }
        let name = rule.name.as_str();
        let named_only = rule.kind == Service;
        assert!(
            named_only || shown.contains(&name) || WITHOUT_A_LINE.contains(&name),
            "no command line shows {name}"
        );
    }
}

#[test]
fn every_sign_says_something_in_lower_case() {
    assert!(programs().rules.len() > 80);
    for rule in &programs().rules {
        assert!(!rule.is.is_empty(), "{rule:?}");
        for sign in &rule.is {
            let places = [&sign.named, &sign.script_in, &sign.below, &sign.module];
            let names: Vec<&String> = places.into_iter().flatten().flatten().collect();
            let lower = |name: &&String| !name.is_empty() && name.to_lowercase() == **name;
            assert!(names.iter().all(lower), "{rule:?}");
            let other = sign.title.is_some() || sign.ending.is_some() || sign.interpreter;
            assert!(!names.is_empty() || other, "{rule:?} fits every process");
        }
    }
}

/// Programs known by their names alone, of which no command line was seen.
const WITHOUT_A_LINE: [&str; 22] = [
    "KoboldAI",
    "KTransformers",
    "Foundry Local",
    "Xinference",
    "Infinity",
    "LitGPT",
    "OpenLLM",
    "Nexa",
    "RWKV Runner",
    "Petals",
    "distributed-llama",
    "WasmEdge",
    "Easy Diffusion",
    "Draw Things",
    "Coqui TTS",
    "AllTalk",
    "Fish Speech",
    "F5-TTS",
    "Chatterbox",
    "OpenedAI Speech",
    "RVC",
    "Immich",
];
