use std::path::Path;

use super::*;

#[test]
fn the_variable_is_read_from_one_driver_on() {
    let read = [
        "580.105.08",
        "580.105.8",
        "580.159.04",
        "581.0",
        "590.44.01",
        "600",
    ];
    let not_read = [
        "580.105.07",
        "580.95.05",
        "570.195.03",
        "535.288.01",
        "580",
        "",
        "unknown",
    ];
    assert!(read.into_iter().all(is_read_by));
    assert_eq!(not_read.map(is_read_by), [false; 7]);
}

#[test]
fn an_environment_is_quiet_if_the_variable_has_a_value() {
    let quiet: [&[u8]; 3] = [
        b"CUDA_DISABLE_PERF_BOOST=1\0",
        b"PATH=/bin\0CUDA_DISABLE_PERF_BOOST=1\0HOME=/\0",
        b"CUDA_DISABLE_PERF_BOOST=yes",
    ];
    let loud: [&[u8]; 5] = [
        b"PATH=/bin\0HOME=/\0",
        b"CUDA_DISABLE_PERF_BOOST=0\0",
        b"CUDA_DISABLE_PERF_BOOST=\0",
        b"NOT_CUDA_DISABLE_PERF_BOOST=1\0CUDA_DISABLE_PERF_BOOSTER=1\0",
        b"CUDA_DISABLE_PERF_BOOST=0\0CUDA_DISABLE_PERF_BOOST=1\0",
    ];
    assert_eq!(quiet.map(is_quiet), [Some(true); 3]);
    assert_eq!(loud.map(is_quiet), [Some(false); 5]);
}

#[test]
fn an_environment_that_was_written_over_is_unknown() {
    let over: [&[u8]; 4] = [
        b"",
        b"\0\0\0\0",
        b"VLLM::EngineCore\0\0\0\0\0HOME=/\0",
        b"nginx: worker process\0",
    ];
    assert_eq!(over.map(is_quiet), [None; 4]);
    let found = b"ollama runner\0CUDA_DISABLE_PERF_BOOST=1\0";
    assert_eq!(is_quiet(found), Some(true));
}

fn h200() -> GpuInfo {
    let scenario = crate::simulation::Scenario::preset("h200").expect("a preset");
    let start = crate::Moment::ORIGIN;
    let mut machine = crate::simulation::SimulatedMachine::new(scenario, start);
    machine.discover(start).expect("a GPU").gpus.remove(0)
}

fn unit(cgroup: &str) -> Option<(Scope, String)> {
    let unit = Unit::of(cgroup)?;
    Some((unit.scope, unit.name.to_string()))
}

#[test]
fn a_process_is_of_the_service_that_its_control_group_names() {
    let system = |name: &str| Some((Scope::System, name.to_owned()));
    let user = |id, name: &str| Some((Scope::User(id), name.to_owned()));
    let cases = [
        (
            "0::/system.slice/ollama.service\n",
            system("ollama.service"),
        ),
        (
            "0::/system.slice/system-vllm.slice/vllm@0.service",
            system("vllm@0.service"),
        ),
        // A group that the service made itself.
        (
            "0::/system.slice/ollama.service/runner",
            system("ollama.service"),
        ),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service\n",
            user(1000, "llama.service"),
        ),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-a.slice/x.service/y.service",
            user(1000, "x.service"),
        ),
        ("0::/system.slice/_cpu.service", system("cpu.service")),
        // Both hierarchies, and the older one alone.
        (
            "12:pids:/system.slice/ollama.service\n1:name=systemd:/system.slice/ollama.service\n0::/system.slice/ollama.service\n",
            system("ollama.service"),
        ),
        (
            "4:memory:/x\n1:name=systemd:/system.slice/a.service\n",
            system("a.service"),
        ),
        ("0::/user.slice/user-1000.slice/session-2.scope\n", None),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-Terminal-7.scope",
            None,
        ),
        // The manager itself.
        (
            "0::/user.slice/user-1000.slice/user@1000.service/init.scope",
            None,
        ),
        ("0::/system.slice/docker-0123456789ab.scope", None),
        ("0::/docker/0123456789ab", None),
        (
            "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-2.scope",
            None,
        ),
        ("0::/docker/0123/system.slice/ollama.service", None),
        ("0::/\n", None),
        ("0::/system.slice/dev\\x2dserver.service", None),
        ("0::/system.slice/a b.service", None),
        ("0::/user.slice/user@x.service/app.slice/a.service", None),
        ("4:memory:/system.slice/a.service", None),
        ("", None),
        ("garbage\n0:", None),
    ];
    for (cgroup, expected) in cases {
        assert_eq!(unit(cgroup), expected, "{cgroup:?}");
    }
}

#[test]
fn a_name_that_is_no_services_is_refused_and_quoted() {
    for name in [
        "a.service",
        "a-b_c:d.e@1.service",
        "user@1000.service",
        "..service",
    ] {
        assert_eq!(
            name.parse::<UnitName>().map(|name| name.to_string()),
            Ok(name.to_owned())
        );
    }
    let long = format!("{}.service", "a".repeat(248));
    let hostile = [
        "",
        ".service",
        "a",
        "a.timer",
        "a.service.d",
        "../a.service",
        "a/b.service",
        "/a.service",
        "a.service/",
        "a b.service",
        "a\n.service",
        "a.service\n",
        "ä.service",
        "$(id).service",
        "a;b.service",
        "a\\x2d.service",
        "a*.service",
        "a\0.service",
        "a.SERVICE",
        &long,
    ];
    for name in hostile {
        let error = name.parse::<UnitName>().expect_err(name);
        assert!(error.starts_with(&format!("{name:?} is not")), "{error}");
    }
    let longest = format!("{}.service", "a".repeat(247));
    assert!(longest.parse::<UnitName>().is_ok());
}

#[test]
fn a_drop_in_is_a_file_of_our_own_below_the_unit() {
    let drop_in = DropIn::of("a@b.service".parse().unwrap());
    let path = "systemd/user/a@b.service.d/gpu-keepalive-quiet.conf";
    assert_eq!(drop_in.path(), Path::new(path));
    assert_eq!(drop_in.unit().template().as_deref(), Some("a@.service"));
    insta::assert_snapshot!(DropIn::text());
    let commands = |scope| {
        let name = "a@b.service".parse().unwrap();
        Unit { scope, name }.commands().join("\n")
    };
    insta::assert_snapshot!(commands(Scope::System));
    insta::assert_snapshot!(commands(Scope::User(1000)));
}

#[test]
fn the_saving_of_a_month_follows_from_what_was_measured_alone() {
    let gpu = |driver: &str| GpuInfo {
        driver_version: driver.to_owned(),
        ..h200()
    };
    let server = |name: &str| ClientStatus {
        pid: 1,
        name: name.to_owned(),
        quiet: Some(false),
    };
    let energy = |price_per_kwh| EnergySettings {
        price_per_kwh,
        ..crate::settings::Settings::default().energy
    };
    let (up, down) = (Some(Watts(131.0)), Some(Watts(84.0)));
    let new = gpu("580.159.04");
    let one = || vec![server("Ollama")];
    let seen = loud(one(), up, down, &energy(Some(0.30)), &new);
    assert_eq!(
        seen.month_kwh.map(|kwh| (kwh * 100.0).round()),
        Some(3433.0)
    );
    assert_eq!(
        seen.month_cost.map(|cost| (cost * 100.0).round()),
        Some(1030.0)
    );
    let text = |seen: LoudStatus| format!("{} {:?}", seen.text, seen.how);
    let mut texts = vec![text(seen)];
    for (power, idle) in [(up, None), (None, down), (None, None), (down, up)] {
        let seen = loud(one(), power, idle, &energy(Some(0.30)), &new);
        assert_eq!((seen.month_kwh, seen.month_cost), (None, None));
        texts.push(text(seen));
    }
    let two = vec![server("Ollama"), server("vLLM")];
    texts.push(text(loud(two, up, down, &energy(None), &new)));
    let old = gpu("570.195.03");
    texts.push(text(loud(one(), up, down, &energy(None), &old)));
    insta::assert_snapshot!(texts.join("\n"));
}
