//! The programs that are AI programs unless the user says otherwise.

use super::AiProgram;

/// The default of `ai_programs`.
pub(super) fn defaults() -> Vec<AiProgram> {
    NAMES.iter().filter_map(|name| name.parse().ok()).collect()
}

/// The processes that open the GPU, which are often not the ones the user starts: a server that
/// idles all day is no demand, the process it starts for a loaded model is.
const NAMES: &[&str] = &[
    // Ollama: `ollama serve` idles; a loaded model is an `ollama runner`, a `llama-server` in
    // newer versions and an `ollama_llama_server` before 0.5.
    "ollama:runner",
    "ollama_llama_server",
    // llama.cpp. Jan, text-generation-webui's portable edition, RamaLama and others start the
    // same server; Docker's model runner has it under its own name.
    "llama-server",
    "llama-cli",
    "llama-bench",
    "llama-mtmd-cli",
    "com.docker.llama-server",
    "llama_cpp",
    "llamafile",
    // LM Studio computes in a Node process that runs this script; `llmster` is it without a
    // window.
    "llmworker",
    "llmster",
    "lm studio",
    "lm-studio",
    "jan",
    "cortex-server",
    // GPT4All's executable is called chat.
    "gpt4all",
    "chat",
    // Released under a name per platform and CUDA version, or run as a script.
    "koboldcpp",
    "koboldcpp_cu12",
    "koboldcpp-linux-x64",
    "koboldcpp-linux-x64-cuda1150",
    "koboldcpp-linux-x64-cuda1210",
    "text-generation-webui",
    // LocalAI starts one of these for each loaded model.
    "local-ai",
    "llama-cpp-avx",
    "llama-cpp-avx2",
    "llama-cpp-avx512",
    "llama-cpp-fallback",
    "llama-cpp-grpc",
    // vLLM's and SGLang's processes rename themselves to VLLM::… and sglang::….
    "vllm",
    "sglang",
    "aphrodite",
    "lmdeploy",
    "trtllm-serve",
    "tritonserver",
    "mlc_llm",
    "mistralrs",
    "mistralrs-server",
    "ktransformers",
    "xinference-local",
    // Hugging Face's text generation and embedding servers.
    "text-generation-launcher",
    "text-generation-server",
    "text-embeddings-router",
    // The server for ExLlama models.
    "tabbyapi",
    "exllamav2",
    "exllamav3",
    // Images and video: scripts called main.py or launch.py, known by their folder. SwarmUI and
    // Stability Matrix compute in a ComfyUI or a web UI of their own.
    "comfyui",
    "invokeai",
    "invokeai-web",
    "stable-diffusion-webui",
    "stable-diffusion-webui-forge",
    "stable-diffusion-webui-reforge",
    "sd-webui-forge-neo",
    "sdnext",
    "fooocus",
    "easy-diffusion",
    "wan2gp",
    "framepack",
    // stable-diffusion.cpp.
    "sd-cli",
    "sd-server",
    // Speech.
    "whisper-server",
    "whisper-cli",
    "whisperx",
    "wyoming_faster_whisper",
];

/// How many entries are written above, to be compared with how many are readable.
#[cfg(test)]
pub(super) const fn defaults_written() -> usize {
    NAMES.len()
}
