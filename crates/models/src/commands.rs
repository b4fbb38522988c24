//! The commands that fetch a model and serve it with the context and the cache that were calculated.

use serde::{Deserialize, Serialize};

use super::{
    format::{Format, KvCache},
    model::Model,
    placement::Placement,
};

/// A program that serves models: Ollama, llama.cpp or LM Studio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// Ollama.
    Ollama,
    /// llama.cpp's `llama-server`.
    LlamaCpp,
    /// LM Studio's command line, `lms`.
    LmStudio,
}

/// The commands that fetch and serve a model with one runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Commands {
    /// The runtime.
    pub runtime: Runtime,
    /// The command that fetches the model.
    pub fetch: String,
    /// The command that serves it with the calculated context and cache.
    pub run: String,
}

/// The shell that the commands are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shell {
    /// Any shell of a Unix.
    #[default]
    Posix,
    /// Windows' PowerShell.
    PowerShell,
}

/// What is to be served.
pub(crate) struct Served<'a> {
    pub(crate) model: &'a Model,
    pub(crate) format: super::format::Format,
    pub(crate) context_tokens: u64,
    pub(crate) kv_cache: KvCache,
    pub(crate) placement: Placement,
    pub(crate) layers_on_gpu: u32,
    pub(crate) cpu_expert_layers: u32,
    pub(crate) vision: bool,
    pub(crate) shell: Shell,
}

impl Served<'_> {
    /// The commands of each runtime that can serve it so, the simplest first.
    pub(crate) fn commands(&self) -> Vec<Commands> {
        [self.ollama(), self.llama_cpp(), self.lm_studio()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Only with everything on the card: Ollama places the layers itself, keeps no experts back,
    /// and always loads the part that reads images.
    fn ollama(&self) -> Option<Commands> {
        let tag = self.model.ollama.get(&self.format)?;
        if self.placement != Placement::Gpu || self.leaves_vision_out() {
            return None;
        }
        let mut variables = vec![("OLLAMA_CONTEXT_LENGTH", self.context_tokens.to_string())];
        if self.kv_cache != KvCache::F16 {
            variables.push(("OLLAMA_FLASH_ATTENTION", "1".to_owned()));
            variables.push(("OLLAMA_KV_CACHE_TYPE", self.kv_cache.to_string()));
        }
        let set = |(name, value): &(&str, String)| match self.shell {
            Shell::Posix => format!("{name}={value} "),
            Shell::PowerShell => format!("$env:{name}='{value}'; "),
        };
        let settings: String = variables.iter().map(set).collect();
        Some(Commands {
            runtime: Runtime::Ollama,
            fetch: format!("ollama pull {tag}"),
            run: format!("{settings}ollama serve"),
        })
    }

    fn llama_cpp(&self) -> Option<Commands> {
        let file = self.gguf()?;
        let mut run = format!("llama-server -hf {file} -c {}", self.context_tokens);
        if self.model.is_embedding() {
            // A text longer than the physical batch is refused.
            run += &format!(" --embedding -b {0} -ub {0}", self.context_tokens);
        }
        // One conversation has the whole context; more would share it and add to the state.
        run += " -np 1 -fa on";
        if self.kv_cache != KvCache::F16 {
            run += &format!(" -ctk {0} -ctv {0}", self.kv_cache);
        }
        match self.placement {
            Placement::Gpu => run += " -ngl 999",
            Placement::ExpertsOnCpu => {
                let layers = self.model.experts.map_or(0, |experts| {
                    experts.first_layers(self.cpu_expert_layers, self.model.layers)
                });
                run += &format!(" -ngl 999 --n-cpu-moe {layers}");
            }
            Placement::Partial => run += &format!(" -ngl {}", self.layers_on_gpu),
        }
        if self.leaves_vision_out() {
            run += " --no-mmproj";
        }
        Some(Commands {
            runtime: Runtime::LlamaCpp,
            fetch: format!(
                "hf download {} --include '{}'",
                self.repository()?,
                self.files()
            ),
            run,
        })
    }

    /// `lms` has no option for the cache's type, for experts, or to leave out the part that reads
    /// images.
    fn lm_studio(&self) -> Option<Commands> {
        let file = self.gguf()?;
        if self.kv_cache != KvCache::F16
            || self.placement == Placement::ExpertsOnCpu
            || self.leaves_vision_out()
        {
            return None;
        }
        let gpu = match self.placement {
            Placement::Partial => {
                let share = f64::from(self.layers_on_gpu) / f64::from(self.model.layers);
                format!("{:.2}", (share * 100.0).floor() / 100.0)
            }
            _ => "max".to_owned(),
        };
        let repository = self.repository()?;
        let key = repository.rsplit('/').next().unwrap_or(repository);
        let key = key
            .trim_end_matches("-GGUF")
            .trim_end_matches("-gguf")
            .to_lowercase();
        Some(Commands {
            runtime: Runtime::LmStudio,
            fetch: format!("lms get https://huggingface.co/{}", file.replace(':', "@")),
            run: format!(
                "lms load {key} --context-length {} --parallel 1 --gpu {gpu}",
                self.context_tokens
            ),
        })
    }

    /// The files of the format, by the pattern with which `-hf` finds them: `Q6_K` is followed by a
    /// full stop, or by a hyphen in a file of several parts, and `Q6_K_L` is another format.
    fn files(&self) -> String {
        // Some repositories have these two in lower case, and unlike `-hf` the pattern
        // distinguishes cases.
        let format = match self.format {
            Format::Q40 => "[Qq]4_0".to_owned(),
            Format::Mxfp4 => "[Mm][Xx][Ff][Pp]4".to_owned(),
            format => format.to_string(),
        };
        format!("*{format}[.-]*gguf")
    }

    fn leaves_vision_out(&self) -> bool {
        self.model.vision_b > 0.0 && !self.vision
    }

    fn repository(&self) -> Option<&str> {
        self.model.gguf_in(self.format)
    }

    fn gguf(&self) -> Option<String> {
        self.repository()
            .map(|repository| format!("{repository}:{}", self.format))
    }
}

#[cfg(test)]
mod tests;
