//! What Windows shows of the programs and how it runs them, read out of them again.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};

use crate::{
    packages::{self, Package},
    release, shell,
};

const TOOL: [Package; 1] = [Package {
    name: "icoutils",
    why: "to read icon and version out of programs for Windows",
}];
/// The types of resources.
const ICONS: &str = "14";
const VERSION: &str = "16";
const MANIFEST: &str = "24";

/// Checks icon, version information and manifest of every program in the folder.
pub(super) fn check(folder: &Path) -> Result<()> {
    packages::ensure(&TOOL)?;
    for program in release::PROGRAMS {
        let file = folder.join(program).with_extension("exe");
        let icon = extracted(&file, ICONS)?;
        // Reserved, then the type of icons.
        ensure!(icon.starts_with(&[0, 0, 1, 0]), "{program} has no icon");

        let version = utf16(&extracted(&file, VERSION)?);
        for text in [
            "GPU Keepalive",
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_AUTHORS"),
        ] {
            ensure!(
                version.contains(text),
                "{program} does not name {text:?}: {version:?}"
            );
        }
        let manifest = String::from_utf8(extracted(&file, MANIFEST)?)?;
        for setting in [
            ">PerMonitorV2<",
            ">true</longPathAware>",
            ">UTF-8<",
            "Microsoft.Windows.Common-Controls",
            "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}",
            "\"asInvoker\"",
        ] {
            ensure!(
                manifest.contains(setting),
                "the manifest of {program} lacks {setting}: {manifest}"
            );
        }
    }
    Ok(())
}

/// The resources of that type.
fn extracted(program: &Path, kind: &str) -> Result<Vec<u8>> {
    let mut extract = Command::new("wrestool");
    extract
        .args(["--extract", "--raw", "--type", kind])
        .arg(program);
    let output = extract.output()?;
    ensure!(
        output.status.success() && !output.stdout.is_empty(),
        "{} found nothing",
        shell::shown(&extract)
    );
    Ok(output.stdout)
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or('\u{fffd}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_resources_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for program in release::PROGRAMS {
            std::fs::write(folder.path().join(format!("{program}.exe")), "MZ").unwrap();
        }
        if shell::is_installed("wrestool") {
            assert!(check(folder.path()).is_err());
        }
    }
}
