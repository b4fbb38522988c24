//! The models that Ollama has installed, read from its models folder; its server is not asked.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use directories::BaseDirs;
use gpu_keepalive_core::models::Installed;

/// Deepest folder below `manifests`: registry, namespace, model, tag.
const DEPTH: usize = 4;
/// Most manifests that are read.
const MOST: usize = 2000;
/// Longest manifest that is read, in bytes; they have about a kilobyte.
const LONGEST: u64 = 64 * 1024;

/// The models in every folder that Ollama keeps on this machine, as far as this user may read it.
pub fn installed_in_ollama() -> Installed {
    let mut installed = Installed::default();
    for folder in folders() {
        add(&folder, &mut installed);
    }
    installed
}

/// The models in one such folder.
pub fn installed_in(folder: &Path) -> Installed {
    let mut installed = Installed::default();
    add(folder, &mut installed);
    installed
}

/// The folder that the user named, or else the user's and the system service's.
fn folders() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("OLLAMA_MODELS").filter(|named| !named.is_empty()) {
        return vec![named.into()];
    }
    let home = BaseDirs::new().map(|base| base.home_dir().join(".ollama/models"));
    let service = cfg!(unix).then(|| PathBuf::from("/usr/share/ollama/.ollama/models"));
    home.into_iter().chain(service).collect()
}

fn add(folder: &Path, installed: &mut Installed) {
    let manifests = folder.join("manifests");
    let mut open = vec![(manifests.clone(), 0)];
    let mut left = MOST;
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            // No link is followed: a manifest is a plain file in a plain folder.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && depth + 1 < DEPTH {
                open.push((path, depth + 1));
            } else if kind.is_file() {
                if left == 0 {
                    return;
                }
                left -= 1;
                add_manifest(&manifests, &path, installed);
            }
        }
    }
}

fn add_manifest(manifests: &Path, path: &Path, installed: &mut Installed) {
    let length = fs::metadata(path).map(|metadata| metadata.len());
    if !length.is_ok_and(|length| length <= LONGEST) {
        return;
    }
    let below = path.strip_prefix(manifests).ok().and_then(Path::to_str);
    if let (Some(below), Ok(text)) = (below, fs::read_to_string(path)) {
        installed.add(below, &text);
    }
}
