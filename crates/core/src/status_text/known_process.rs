//! The names of AI programs.

/// The kind of work of a program: answers to questions, or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Answers,
    Other,
}

/// A program as a sentence names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownProcess {
    pub(super) name: String,
    pub(super) work: Work,
}

/// A product, its work, and its entries of `ai_programs`; one that ends in `*` is the beginning of an
/// entry. The first match counts.
const PRODUCTS: &[(&str, Work, &[&str])] = &[
    ("Ollama", Work::Answers, &["ollama*"]),
    ("Docker Model Runner", Work::Answers, &["com.docker.*"]),
    (
        "LM Studio",
        Work::Answers,
        &["llmworker", "llmster", "lm studio", "lm-studio"],
    ),
    ("Jan", Work::Answers, &["jan"]),
    ("Cortex", Work::Answers, &["cortex-server"]),
    ("GPT4All", Work::Answers, &["gpt4all", "chat"]),
    ("KoboldCpp", Work::Answers, &["koboldcpp*"]),
    (
        "Text Generation WebUI",
        Work::Answers,
        &["text-generation-webui"],
    ),
    ("LocalAI", Work::Answers, &["local-ai", "llama-cpp-*"]),
    (
        "llama.cpp",
        Work::Answers,
        &["llama_cpp", "llama-cli", "llama-mtmd-cli"],
    ),
    ("llama-server", Work::Answers, &["llama-server"]),
    ("llamafile", Work::Answers, &["llamafile"]),
    ("vLLM", Work::Answers, &["vllm"]),
    ("SGLang", Work::Answers, &["sglang"]),
    ("Aphrodite", Work::Answers, &["aphrodite"]),
    ("LMDeploy", Work::Answers, &["lmdeploy"]),
    ("TensorRT-LLM", Work::Answers, &["trtllm-serve"]),
    ("Triton", Work::Other, &["tritonserver"]),
    ("MLC LLM", Work::Answers, &["mlc_llm"]),
    ("mistral.rs", Work::Answers, &["mistralrs*"]),
    ("KTransformers", Work::Answers, &["ktransformers"]),
    ("Xinference", Work::Answers, &["xinference-local"]),
    (
        "Text Generation Inference",
        Work::Answers,
        &["text-generation-*"],
    ),
    (
        "Text Embeddings Inference",
        Work::Other,
        &["text-embeddings-router"],
    ),
    ("TabbyAPI", Work::Answers, &["tabbyapi"]),
    ("ExLlama", Work::Answers, &["exllamav*"]),
    ("ComfyUI", Work::Other, &["comfyui"]),
    ("InvokeAI", Work::Other, &["invokeai*"]),
    (
        "Stable Diffusion WebUI",
        Work::Other,
        &["stable-diffusion-webui*", "sd-webui-*"],
    ),
    ("SD.Next", Work::Other, &["sdnext"]),
    ("Fooocus", Work::Other, &["fooocus"]),
    ("Easy Diffusion", Work::Other, &["easy-diffusion"]),
    ("Wan2GP", Work::Other, &["wan2gp"]),
    ("FramePack", Work::Other, &["framepack"]),
    (
        "stable-diffusion.cpp",
        Work::Other,
        &["sd-cli", "sd-server"],
    ),
    (
        "whisper.cpp",
        Work::Other,
        &["whisper-server", "whisper-cli"],
    ),
    ("WhisperX", Work::Other, &["whisperx"]),
    ("Faster Whisper", Work::Other, &["wyoming_faster_whisper"]),
];

/// Returns the name of the program of that entry of `ai_programs`; the entry itself where the program
/// is not known, and `None` where no character of it can be shown.
pub fn program_name(entry: &str) -> Option<String> {
    KnownProcess::of(entry).map(|program| program.name)
}

impl KnownProcess {
    pub(super) fn of(entry: &str) -> Option<Self> {
        let entry = entry.split(':').next().unwrap_or_default();
        let fits = |pattern: &str| match pattern.strip_suffix('*') {
            Some(beginning) => entry.starts_with(beginning),
            None => entry == pattern,
        };
        let product = PRODUCTS.iter().find(|(name, _, entries)| {
            *name == entry || entries.iter().any(|pattern| fits(pattern))
        });
        let (name, work) = match product {
            Some((name, work, _)) => ((*name).to_owned(), *work),
            None => (clean(entry), Work::Other),
        };
        (!name.is_empty()).then_some(Self { name, work })
    }
}

/// Most characters of a name that another program gave.
const LONGEST: usize = 60;

/// Removes control and formatting characters, which would break a line or reorder it.
pub(super) fn clean(text: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let spaced: String = text
        .chars()
        .map(|c| if unseen(c) { ' ' } else { c })
        .take(LONGEST)
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
