use insta::assert_snapshot;

use super::{User, ended};

#[tokio::test]
async fn wrong_usage_ends_with_2_and_states_what_would_be_right() {
    let user = User::new();
    let mut text = String::new();
    for line in [
        "",
        "dance",
        "mode turbo",
        "pause --for",
        "pause --for 30",
        "pause --for soon",
        "pause --for 0s",
        "warm --for 8d",
        "warm --for -5m",
        "inference",
        "inference ls",
        "settings",
        "recommend --vram many",
        "recommend --vram 0",
        "recommend --vram -8",
        "recommend --vram nan",
        "recommend --vram 24576",
        "recommend --vram 24 --kv-cache q4",
        "recommend --vram 24 --format Q4",
        "recommend --vram 24 --context all",
        "settings set mode",
        "settings set vram.reserve_mib -3",
        "settings set ai_programs --defualt",
        "bench --rounds 0",
        "bench --rounds -1",
        "energy --days -1",
        "mode -x",
        "recommend --vram 24 --context -5",
        "recommend --vram 24 --use -x",
        "completions -x",
        "gpus --simulate -1",
        "bench --gpu first",
        "completions tcsh",
        "gpus --simulate rtx-9090",
        "gpus --simulate no/such/file.toml",
        "run --simulate rtx-9090",
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
        assert_eq!(ended.out, "", "{line}");
        if !line.is_empty() {
            text += &format!("$ gpu-keepalive {line}\n{}\n", ended.err.trim());
        }
    }
    assert_snapshot!(text.replace("gpu-keepalive.exe", "gpu-keepalive"));
}

#[tokio::test]
async fn without_an_engine_a_switch_ends_with_3_and_states_how_to_start_one() {
    let user = User::new();
    for line in [
        "status",
        "status --watch",
        "--simulate rtx-4090 status",
        "on",
        "off",
        "pause --for 30m",
        "resume",
        "mode always",
        "warm",
        "quit",
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = user.run(&arguments).await;
        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        assert_eq!(ended.out, "", "{line}");
        assert!(
            ended.err.contains("gpu-keepalive run"),
            "{line}: {}",
            ended.err
        );
    }
}

#[tokio::test]
async fn without_an_engine_the_command_is_not_run() {
    let user = User::new();
    let ended = user.run(&["inference", "--", "echo", "ran"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), ""));
    assert!(ended.err.contains("not run"), "{}", ended.err);
}

#[tokio::test]
async fn gpus_are_found_without_an_engine() {
    let user = User::new();
    let ended = user.run(&["gpus", "--simulate", "two-gpus"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_snapshot!(ended.out);

    let mut command = user.command(&["gpus", "--json"]);
    command.env("GPU_KEEPALIVE_SIMULATE", "h200");
    let ended = super::ended(command).await;
    let object: serde_json::Value = serde_json::from_str(&ended.out).expect("one JSON object");
    assert_eq!(object["simulated"], true);
    assert_eq!(object["gpus"][0]["index"], 0);
}

#[tokio::test]
async fn without_a_gpu_the_exit_code_is_4_and_the_error_advises() {
    let user = User::new();
    let mut command = user.command(&["gpus"]);
    command.env("GPU_KEEPALIVE_SIMULATE", "no-driver");
    let ended = ended(command).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""), "{ended:?}");
    assert!(
        ended.err.contains("Install the NVIDIA driver"),
        "{}",
        ended.err
    );
}

#[tokio::test]
async fn a_scenario_files_error_names_line_and_key() {
    let user = User::new();
    let file = user.home().join("mine.toml");
    std::fs::write(&file, "[[gpus]]\nlike = \"rtx-4090\"\nhold_s = \"long\"\n").unwrap();
    let ended = user
        .run(&["gpus", "--simulate", file.to_str().unwrap()])
        .await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for part in ["mine.toml", "line 3", "hold_s"] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
}

#[tokio::test]
async fn settings_are_read_and_written_without_an_engine() {
    let user = User::new();
    let path = user.run(&["settings", "path"]).await;
    assert_eq!(path.code, Some(0), "{path:?}");
    let file = std::path::PathBuf::from(path.out.trim());
    assert!(file.starts_with(user.home()), "{path:?}");
    assert!(!file.exists(), "looking must not write");

    let set = user
        .run(&["settings", "set", "thermal.max_temperature", "75"])
        .await;
    assert_eq!(
        set.out, "thermal.max_temperature = 75  # default 83\n",
        "{set:?}"
    );
    let get = user
        .run(&["settings", "get", "thermal.max_temperature"])
        .await;
    assert_eq!(get.out, "75\n");

    for (key, value) in [("thermal.max_temperature", "750"), ("thermal.heat", "1")] {
        let refused = user.run(&["settings", "set", key, value]).await;
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{key}");
        assert!(refused.err.contains(key), "{}", refused.err);
    }
    let reset = user
        .run(&["settings", "set", "thermal.max_temperature", "--default"])
        .await;
    assert_eq!(
        reset.out, "thermal.max_temperature = 83  # default\n",
        "{reset:?}"
    );
    let show = user.run(&["settings", "show"]).await;
    for line in [
        "mode = \"on_demand\"  # default\n",
        "# energy.daily_budget_wh is not set\n",
    ] {
        assert!(show.out.contains(line), "{line}{}", show.out);
    }
}

#[tokio::test]
async fn a_mistake_in_the_settings_file_is_reported_with_its_line() {
    let user = User::new();
    let path = user.run(&["settings", "path"]).await.out;
    let file = std::path::Path::new(path.trim());
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, "version = 1\nmode = \"turbo\"\n").unwrap();
    let shown = user.run(&["settings", "show"]).await;
    assert_eq!(shown.code, Some(0));
    assert!(shown.out.contains("mode = \"on_demand\""), "{}", shown.out);
    assert!(shown.err.contains("line 2"), "{}", shown.err);
    // The default is in force, and it is shown as one.
    let get = user.run(&["settings", "get", "mode"]).await;
    assert_eq!(
        (get.code, &*get.out),
        (Some(0), "\"on_demand\"\n"),
        "{get:?}"
    );
    assert!(get.err.contains("line 2: mode is \"turbo\""), "{get:?}");
    let other = user.run(&["settings", "get", "gpus"]).await;
    assert_eq!((other.code, &*other.out, &*other.err), (Some(0), "", ""));
}

#[tokio::test]
async fn a_broken_settings_file_is_reported_and_not_changed() {
    let user = User::new();
    user.sets("version = 1\nmode = \"alw");
    for (key, value) in [
        ("mode", "\"on_demand\"\n"),
        ("gpus", ""),
        ("thermal.enabled", "true\n"),
    ] {
        let get = user.run(&["settings", "get", key]).await;
        assert_eq!((get.code, &*get.out), (Some(0), value), "{get:?}");
        assert!(get.err.contains("settings.toml, line 2: "), "{get:?}");
        assert!(get.err.contains("Every setting has its default"), "{get:?}");
        assert_eq!(
            get.err.to_lowercase().matches("line 2").count(),
            1,
            "{get:?}"
        );
    }
    for arguments in [
        &["settings", "set", "mode", "always"][..],
        &["settings", "set", "gpus", "--default"],
    ] {
        let refused = user.run(arguments).await;
        assert_eq!((refused.code, &*refused.out), (Some(1), ""), "{refused:?}");
        assert_eq!(
            refused.err.to_lowercase().matches("line 2").count(),
            1,
            "{refused:?}"
        );
    }
    let energy = user.run(&["energy"]).await;
    assert_eq!(energy.code, Some(0), "{energy:?}");
    assert!(energy.err.contains("settings.toml, line 2: "), "{energy:?}");
}

#[tokio::test]
async fn a_damaged_energy_record_is_reported_and_not_changed() {
    let user = User::new();
    let folder = user.home().join("state/gpu-keepalive");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("energy.json");
    std::fs::write(&file, "{\"version\":1,").unwrap();
    for arguments in [&["energy"][..], &["energy", "--json"]] {
        let ended = user.run(arguments).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let lines: Vec<_> = ended.err.lines().collect();
        let [line] = lines[..] else {
            panic!("{ended:?}");
        };
        assert!(line.starts_with(&*file.to_string_lossy()), "{line}");
        assert!(line.ends_with("; it counts as empty."), "{line}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"{\"version\":1,");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}
