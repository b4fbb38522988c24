use super::*;

/// The cause that provokes each finding, with the severity and a part of the evidence it then has.
pub(super) const PROVOKED: [(&str, Severity, &str, Provoke); 62] = {
    use GpuErrorKind as Kind;
    use Severity::{Error, Info, Ok, Warning};
    [
        ("driver-missing", Error, "lists 1 NVIDIA GPU", |s| {
            no_gpu(s, Kind::NvmlMissing)
        }),
        ("driver-too-old", Error, "nvmlInit", |s| {
            no_gpu(s, Kind::DriverTooOld)
        }),
        ("driver-too-old", Warning, "470.256", |s| {
            s.gpus[0].info.driver_version = "470.256.02".to_owned();
        }),
        ("driver-version-mismatch", Error, "nvmlInit", |s| {
            no_gpu(s, Kind::VersionMismatch)
        }),
        ("driver-version-mismatch", Error, "cuCtx", |s| {
            fault(s, Kind::VersionMismatch)
        }),
        ("driver-not-loaded", Error, "nvmlInit", |s| {
            no_gpu(s, Kind::DriverNotLoaded)
        }),
        ("gpu-missing", Error, "nvmlInit", |s| no_gpu(s, Kind::NoGpu)),
        ("gpu-lost", Error, "cuCtx", |s| fault(s, Kind::GpuLost)),
        ("cuda-missing", Error, "cuCtx", |s| {
            fault(s, Kind::CudaMissing)
        }),
        ("no-permission", Error, "cuCtx", |s| {
            fault(s, Kind::NoPermission)
        }),
        ("driver-timed-out", Error, "cuCtx", |s| {
            fault(s, Kind::TimedOut)
        }),
        ("driver-failed", Error, "cuCtx", |s| fault(s, Kind::Other)),
        ("out-of-vram", Warning, "cuCtx", |s| {
            fault(s, Kind::OutOfMemory)
        }),
        ("exclusive-mode", Warning, "cuCtx", |s| {
            fault(s, Kind::ExclusiveMode)
        }),
        ("perf-boost-disabled", Info, "ollama (process 4242)", |s| {
            s.machine.ai_programs = vec![program(Some(true))];
        }),
        (
            "perf-boost-disabled",
            Warning,
            "ollama (process 4242)",
            |s| {
                s.engine = None;
                s.machine.ai_programs = vec![program(Some(true))];
            },
        ),
        (
            "quiet-without-engine",
            Error,
            "is not running; CUDA_DISABLE_PERF_BOOST is set for Ollama (process 4242)",
            |s| {
                s.engine = None;
                s.running = vec![quiet_server()];
            },
        ),
        ("quiet-without-engine", Error, "is switched off", |s| {
            s.engine = Some(Engine { enabled: false });
            s.running = vec![quiet_server()];
        }),
        (
            "clocks-held-by-server",
            Warning,
            "Ollama (process 4242); 131 W between requests; 84 W at rest",
            |s| s.gpus[0].loud = Some(loud(Some(84.0))),
        ),
        (
            "clocks-held-by-server",
            Info,
            "Ollama (process 4242); 131 W between requests",
            |s| s.gpus[0].loud = Some(loud(None)),
        ),
        ("perf-boost-disabled", Info, "GPU Keepalive itself", |s| {
            s.machine.perf_boost_disabled = Some(true);
        }),
        ("held-down-by-heat", Warning, "50 °C", |s| because(s, 0x20)),
        ("held-down-by-heat", Warning, "hw_thermal_slowdown", |s| {
            because(s, 0x48)
        }),
        ("held-down-by-power-brake", Warning, "hw_power_brake", |s| {
            because(s, 0x88)
        }),
        ("held-down-by-hardware", Warning, "hw_slowdown", |s| {
            because(s, 0x8)
        }),
        ("held-down-by-power-cap", Info, "60.0 W", |s| {
            because(s, 0x4)
        }),
        (
            "held-down-by-power-cap",
            Warning,
            "200.0 W instead of 300.0 W",
            |s| {
                because(s, 0x4);
                inspection(s).power_limit = Some(Watts(200.0));
            },
        ),
        ("processes-not-told", Info, "no list of processes", |s| {
            sample(s).compute_processes = None;
        }),
        ("processes-not-told", Info, "busy 95 % of the time", |s| {
            sample(s).names_processes = false;
            sample(s).utilization = Some(Percent(95));
        }),
        ("processes-not-told", Info, "4.0 GiB of VRAM", |s| {
            sample(s).names_processes = false;
        }),
        ("processes-not-told", Info, "tells no utilization", |s| {
            sample(s).names_processes = false;
            sample(s).utilization = None;
        }),
        ("gpu-busy", Ok, "busy 95 % of the time; P8", |s| {
            at_rest(s);
            sample(s).utilization = Some(Percent(95));
        }),
        (
            "clocks-locked",
            Warning,
            "applications_clocks_setting",
            |s| because(s, 0x2),
        ),
        (
            "clocks-locked",
            Warning,
            "1200 MHz instead of 2000 MHz",
            |s| {
                inspection(s).applications_clock = Some(Megahertz(1200));
            },
        ),
        ("clock-tool-running", Info, "nvidia-pstated", |s| {
            s.machine.clock_tools = vec!["nvidia-pstated".to_owned()];
        }),
        (
            "clocks-not-held",
            Warning,
            "P8, 210 MHz of 2000 MHz",
            at_rest,
        ),
        ("cuda-p2-cap", Info, "P2", |s| {
            s.gpus[0].info.name = "NVIDIA GeForce RTX 4090".to_owned();
            sample(s).pstate = PState::new(2);
        }),
        ("on-battery", Warning, "battery", |s| {
            s.machine.power_source = PowerSource::Battery
        }),
        ("on-battery", Warning, "battery", |s| {
            sample(s).power_source = Some(PowerSource::Battery);
        }),
        ("undersized-adapter", Warning, "undersized", |s| {
            sample(s).power_source = Some(PowerSource::UndersizedAdapter);
        }),
        (
            "power-saving-profile",
            Warning,
            "firmware's profile is “low-power”",
            |s| {
                s.machine.platform_profile = Some("low-power".to_owned());
            },
        ),
        (
            "power-saving-profile",
            Warning,
            "desktop's profile is “power-saver”",
            |s| {
                s.machine.power_profile = Some("power-saver".to_owned());
            },
        ),
        (
            "persistence-mode-off",
            Warning,
            "persistence mode is off",
            headless,
        ),
        (
            "runtime-d3-off",
            Info,
            "“on”; the driver reports “Disabled by default”",
            |s| {
                on_a_laptop(s, RuntimePm::Unsupported, "on");
            },
        ),
        ("runtime-d3-on", Ok, "active", |s| {
            on_a_laptop(s, RuntimePm::Active, "auto")
        }),
        ("gpu-kept-awake", Info, "Xorg, ollama", |s| {
            on_a_laptop(s, RuntimePm::Active, "auto");
            s.gpus[0].device.opened_by = Some(vec!["Xorg".to_owned(), "ollama".to_owned()]);
        }),
        ("gpu-asleep", Ok, "suspended", |s| {
            on_a_laptop(s, RuntimePm::Suspended, "auto");
            s.gpus[0].sample = None;
        }),
        ("gpu-asleep", Ok, "0000:01:00.0", |s| {
            s.gpus.clear();
            s.left_asleep = vec![bus_id()];
        }),
        ("nvidia-powerd-not-running", Info, "not running", |s| {
            s.machine.is_laptop = Some(true);
            s.machine.power_daemon = Some(PowerDaemon::Stopped);
        }),
        ("vram-nearly-full", Warning, "1000 MiB of 24576 MiB", |s| {
            sample(s).vram_free = Some(Bytes::from_mib(1000));
        }),
        ("model-partly-on-cpu", Info, "6.0 GiB of VRAM", |s| {
            model_computes(s, 20)
        }),
        (
            "model-partly-on-cpu",
            Warning,
            "in P3 although it computes",
            |s| {
                model_computes(s, 20);
                sample(s).pstate = PState::new(3);
            },
        ),
        ("pcie-link-reduced", Warning, "2.5 GT/s on 16 lanes", |s| {
            s.gpus[0].device.link = Some(link(2.5, 16));
        }),
        ("pcie-link-reduced", Info, "16 GT/s on 8 lanes", |s| {
            s.gpus[0].device.link = Some(link(16.0, 8));
        }),
        ("no-tray-host", Warning, "session bus", |s| {
            s.app.tray_host = Some(false)
        }),
        ("login-entry-broken", Warning, "/opt/gone", |s| {
            s.app.login_entry.state = Some(LoginEntryState::Broken);
            s.app.login_entry.broken = Some("/opt/gone".to_owned());
        }),
        ("login-entry-broken", Warning, "no entry", |s| {
            s.app.login_entry.state = Some(LoginEntryState::Absent);
        }),
        (
            "settings-defaulted",
            Warning,
            "line 3: “turbo” is no mode",
            |s| {
                s.app.settings_problems = vec![problem(Warning), problem(Info)];
            },
        ),
        ("not-running", Info, "socket", |s| s.engine = None),
        ("switched-off", Info, "alone", |s| {
            s.engine = Some(Engine { enabled: false })
        }),
        (
            "paused",
            Info,
            "You paused it until you resume. Today's",
            |s| {
                s.gpus[0].phase = Some(Phase::Paused);
                s.gpus[0].message = Message {
                    state: State::Paused,
                    causes: vec![
                        Cause::User { minutes: None },
                        Cause::BudgetSpent { budget_wh: None },
                    ],
                };
            },
        ),
        ("not-checked", Info, "environment of ollama", |s| {
            s.machine.ai_programs = vec![program(None)];
        }),
    ]
};
