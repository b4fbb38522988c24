use std::process::Command;

use super::*;

/// What the script of both packages prints with that argument, where a service was made quiet.
fn after_removal(argument: &str) -> String {
    let root = tempfile::tempdir().expect("a folder");
    let drop_in = root.path().join("etc/systemd/system/ollama.service.d");
    fs::create_dir_all(&drop_in).expect("a folder");
    fs::write(drop_in.join("gpu-keepalive-quiet.conf"), "").expect("a file");
    let script = shell::root().join("packaging/maintainer/postrm");
    let mut run = Command::new("sh");
    run.arg(script).arg(argument).env("DPKG_ROOT", root.path());
    shell::output(&mut run).expect("the script ends well")
}

#[test]
fn removal_names_the_services_that_stay_quiet() {
    for removed in ["remove", "0"] {
        let printed = after_removal(removed);
        assert!(
            printed.contains("ollama.service.d/gpu-keepalive-quiet.conf"),
            "{printed}"
        );
    }
    for updated in ["upgrade", "1", "purge", ""] {
        assert_eq!(after_removal(updated), "", "{updated}");
    }
}
