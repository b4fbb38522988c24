use gpu_keepalive_core::{quiet, settings::Settings, units::Watts};

use super::*;
use crate::text::tests::laptop;

fn status(simulated: bool) -> Status {
    let mut status = laptop();
    status.engine.simulated = simulated;
    let gpu = &mut status.gpus[0];
    let server = |pid, name: &str| ClientStatus {
        pid,
        name: name.to_owned(),
        quiet: Some(false),
    };
    let servers = vec![
        server(7, "llama.cpp"),
        server(8, "Ollama"),
        server(9, "vLLM"),
    ];
    let energy = Settings::default().energy;
    let info = gpu_keepalive_core::gpu::GpuInfo {
        index: 0,
        uuid: gpu.uuid.clone(),
        name: gpu.name.clone(),
        pci_bus_id: gpu.pci_bus_id,
        vram_total: None,
        driver_version: "580.159.04".to_owned(),
        compute_capability: None,
        sm_clock_max: None,
        slowdown_temperature: None,
        memory_bandwidth_gbps: None,
    };
    let watts = [Some(Watts(131.2)), Some(Watts(84.4))];
    gpu.loud = Some(quiet::loud(servers, watts[0], watts[1], &energy, &info));
    status
}

fn groups(pid: u32) -> Option<String> {
    let group = match pid {
        7 => "user.slice/user-1000.slice/user@1000.service/app.slice/llama.service",
        8 => "system.slice/ollama.service",
        9 => "user.slice/user-1000.slice/session-2.scope",
        _ => return None,
    };
    Some(format!("0::/{group}\n"))
}

#[test]
fn each_server_is_listed_with_what_makes_it_quiet() {
    let status = status(false);
    insta::assert_snapshot!(render::render(&found(&status, &groups), &status, 1000));
    let of_another = render::render(&found(&status, &groups), &status, 1001);
    assert!(
        of_another.contains("the user with the id 1000"),
        "{of_another}"
    );
    let mut old = self::status(false);
    old.gpus[0].loud.as_mut().expect("it is there").possible = false;
    let old = render::render(&found(&old, &groups), &old, 1000);
    assert!(!old.contains("sudo") && !old.contains("COMMAND"), "{old}");
    let simulated = self::status(true);
    let text = render::render(&found(&simulated, &groups), &simulated, 1000);
    assert!(
        text.contains("(simulated GPUs)") && !text.contains("sudo"),
        "{text}"
    );
    let none = laptop();
    insta::assert_snapshot!(render::render(&found(&none, &groups), &none, 1000));
}

#[test]
fn json_has_the_same_with_nulls_for_what_is_not_known() {
    let mut status = status(false);
    let servers: Vec<_> = found(&status, &groups).iter().map(object).collect();
    // The order of keys depends on what else is built.
    let sorted: std::collections::BTreeMap<_, _> =
        servers[1].as_object().expect("one").iter().collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&sorted).expect("JSON"));
    let loud = status.gpus[0].loud.as_mut().expect("it is there");
    (loud.idle_w, loud.month_kwh) = (None, None);
    let found = found(&status, &|_| None);
    let last = object(&found[2]);
    assert_eq!(
        (&last["idle_w"], &last["unit"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(last["commands"][0], "gpu-keepalive serve -- COMMAND");
}
