use gpu_keepalive_core::{
    Moment,
    simulation::{Scenario, SimulatedMachine},
};

use super::*;

/// As 0.1 kept it.
const KEPT: &str = include_str!("../../../core/tests/fixtures/benchmarks/0.1.json");

#[test]
fn the_newest_benchmark_of_a_gpu_and_driver_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = Scenario::preset("rtx-4090").expect("a preset");
    let mut machine = SimulatedMachine::new(scenario, Moment::ORIGIN);
    let found = machine.discover(Moment::ORIGIN).expect("a GPU");
    let mut gpu = found.gpus[0].clone();
    let kept: BTreeMap<String, BenchmarkResult> = serde_json::from_str(KEPT).expect("it loads");
    let first = BenchmarkResult {
        uuid: gpu.uuid.clone(),
        driver: gpu.driver_version.clone(),
        ..kept.into_values().next().expect("there is one")
    };
    assert_eq!(KeptBenchmarks::load(folder.path()).of(&gpu), None);
    let newer = BenchmarkResult {
        date: "2030-01-01".to_owned(),
        ..first.clone()
    };
    for benchmark in [first, newer.clone()] {
        KeptBenchmarks::keep(folder.path(), benchmark).expect("it is written");
    }
    let kept = KeptBenchmarks::load(folder.path());
    assert_eq!(kept.of(&gpu), Some(&newer));
    gpu.driver_version = "999.0".to_owned();
    assert_eq!(kept.of(&gpu), None, "another driver is another matter");
}
