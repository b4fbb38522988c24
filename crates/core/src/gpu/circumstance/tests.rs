use std::fmt::Write;

use super::*;
use crate::status_text::capitalised;

const MISSING: &str = "NVML cannot be loaded: libnvidia-ml.so.1: cannot open shared object file: \
                       No such file or directory";

fn host(facts: &str) -> DriverHost {
    let is = |fact| facts.split_whitespace().any(|word| word == fact);
    DriverHost {
        wsl: is("wsl"),
        nixos: is("nixos"),
        container: is("container"),
        module_loaded: is("module"),
        device_files: is("files"),
        windows: is("windows"),
    }
}

#[test]
fn a_failure_is_explained_by_where_it_happens() {
    use Circumstance::*;
    use GpuErrorKind as Kind;
    let loader = |end: &str| format!("NVML cannot be loaded: libnvidia-ml.so.1: {end}");
    let cases = [
        (Kind::NvmlMissing, MISSING.to_owned(), "", None),
        (Kind::NvmlMissing, MISSING.to_owned(), "wsl", Some(Wsl)),
        (
            Kind::NvmlMissing,
            MISSING.to_owned(),
            "nixos module",
            Some(NixOs),
        ),
        (
            Kind::NvmlMissing,
            MISSING.to_owned(),
            "container module nixos",
            Some(Container),
        ),
        (
            Kind::NvmlMissing,
            MISSING.to_owned(),
            "module files",
            Some(KernelAlone),
        ),
        (
            Kind::CudaMissing,
            "libcuda.so.1 was not found".to_owned(),
            "module",
            None,
        ),
        (
            Kind::CudaMissing,
            "libcuda.so.1 was not found".to_owned(),
            "container module",
            Some(Container),
        ),
        (Kind::NvmlMissing, MISSING.to_owned(), "container", None),
        (
            Kind::CudaMissing,
            "nvcuda.dll was not found".to_owned(),
            "windows",
            Some(Windows),
        ),
        (
            Kind::NvmlMissing,
            "NVML cannot be loaded: os error 193".to_owned(),
            "windows",
            Some(OtherArchitecture),
        ),
        (
            Kind::DriverNotLoaded,
            "nvmlInit_v2: no".to_owned(),
            "container",
            None,
        ),
        (
            Kind::NvmlMissing,
            loader("wrong ELF class: ELFCLASS32"),
            "container",
            Some(OtherArchitecture),
        ),
        (
            Kind::NvmlMissing,
            "NVML cannot be loaded: LoadLibraryExW failed: %1 (os error 193)".to_owned(),
            "",
            Some(OtherArchitecture),
        ),
        (
            Kind::NvmlMissing,
            loader("cannot open shared object file: Permission denied"),
            "",
            Some(NotReadable),
        ),
        (
            Kind::NvmlMissing,
            loader("file too short"),
            "",
            Some(NotLoadable),
        ),
        (
            Kind::NvmlMissing,
            loader("invalid ELF header"),
            "wsl",
            Some(NotLoadable),
        ),
        (
            Kind::NvmlMissing,
            "NVML cannot be loaded: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not \
             found (required by libnvidia-ml.so.1)"
                .to_owned(),
            "container",
            Some(NotLoadable),
        ),
        (
            Kind::VersionMismatch,
            "nvmlInit_v2: mismatch".to_owned(),
            "",
            None,
        ),
        (
            Kind::VersionMismatch,
            "nvmlInit_v2: mismatch".to_owned(),
            "container module",
            Some(Container),
        ),
        (
            Kind::DriverNotLoaded,
            "nvmlInit_v2: no".to_owned(),
            "",
            None,
        ),
        (
            Kind::DriverNotLoaded,
            "nvmlInit_v2: no".to_owned(),
            "module files",
            None,
        ),
        (
            Kind::DriverNotLoaded,
            "nvmlInit_v2: no".to_owned(),
            "module",
            Some(NoDeviceFiles),
        ),
        (
            Kind::DriverNotLoaded,
            "nvmlInit_v2: no".to_owned(),
            "wsl",
            Some(Wsl),
        ),
        (
            Kind::Other,
            "nvmlInit_v2: unknown".to_owned(),
            "container module",
            Some(Container),
        ),
        (
            Kind::Other,
            "nvmlDeviceGetName: unknown".to_owned(),
            "container",
            None,
        ),
        (
            Kind::NoPermission,
            "nvmlInit_v2: no".to_owned(),
            "container module",
            Some(Container),
        ),
        (
            Kind::NoPermission,
            "nvmlInit_v2: no".to_owned(),
            "module",
            None,
        ),
        (
            Kind::GpuLost,
            "nvmlInit_v2: lost".to_owned(),
            "container wsl",
            None,
        ),
    ];
    for (kind, message, facts, expected) in cases {
        let error = GpuError::new(kind, message.clone()).explained(host(facts));
        assert_eq!(
            error.circumstance, expected,
            "{kind:?} on “{facts}”: {message}"
        );
        assert_eq!((error.kind, error.message), (kind, message));
    }
}

#[test]
fn every_explanation_is_a_sentence_with_something_to_do() {
    use GpuErrorKind::*;
    let mut page = String::new();
    let messages = ["", "wrong ELF class", "Permission denied", "file too short"];
    let hosts = ["wsl", "container module", "nixos", "module"];
    for kind in [
        NvmlMissing,
        CudaMissing,
        VersionMismatch,
        DriverNotLoaded,
        NoPermission,
        Other,
    ] {
        for message in messages {
            for facts in hosts {
                let error = GpuError::new(kind, format!("nvmlInit_v2: {message}"));
                let error = error.explained(host(facts));
                let Some(circumstance) = error.circumstance else {
                    continue;
                };
                let line = format!(
                    "{kind:?}, {circumstance:?}: {}. {}\n",
                    capitalised(&error.meaning()),
                    error.advice()
                );
                if !page.contains(&line) {
                    write!(page, "{line}").expect("a string");
                }
            }
        }
    }
    insta::assert_snapshot!(page);
}
