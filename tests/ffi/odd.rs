//! Values that no card can have, and GPUs that the driver does not describe.

use gpu_keepalive_core::{
    gpu::{Action, ComputeProcess, GpuErrorKind, GpuInfo, Inspection, LeftOut, Outcome, Sample},
    units::{Bytes, Percent},
};

use super::driver::{FakeDriver, done, sample};

/// One key of the driver's values, what it gives, and the reading that counts as not reported.
type Odd = (&'static str, &'static [&'static str], fn(&mut Sample));

#[tokio::test]
async fn a_value_that_no_card_has_counts_as_not_reported() {
    const NONE: &str = "4294967295";
    let odd: [Odd; 12] = [
        (
            "temperature",
            &["0", "126", "255", "2147483647", NONE],
            |s| s.temperature = None,
        ),
        ("power_mw", &["0", "7200001", NONE], |s| s.power = None),
        ("sm_clock", &["0", "5001", NONE], |s| s.sm_clock = None),
        ("memory_clock", &["0", "24001", NONE], |s| {
            s.memory_clock = None
        }),
        ("pstate", &["16", "32", NONE], |s| s.pstate = None),
        ("utilization", &["101", "1000", NONE], |s| {
            s.utilization = None;
            s.other_utilization = None;
        }),
        ("reasons", &["-1", NONE], |s| s.clocks_event_reasons = None),
        ("vram_total", &["0", "1", "-1"], |s| s.vram_free = None),
        ("vram_used", &["-1", "8589934593"], |s| s.vram_free = None),
        ("vram_free", &["-1", "8589934593"], |s| s.vram_free = None),
        ("power_source", &["3", NONE], |s| s.power_source = None),
        ("energy_mj", &["0", "-1", "9223372036854775807"], |s| {
            s.energy = None
        }),
    ];
    let driver = FakeDriver::new();
    let honest = sample(&mut driver.gpu().await).await;
    for (key, values, take) in odd {
        for value in values {
            driver.change(&format!("{key}={value}"));
            let mut expected = honest.clone();
            take(&mut expected);
            // Opened anew, because two of them are read seldom.
            let seen = sample(&mut driver.gpu().await).await;
            assert_eq!(seen, expected, "{key}={value}");
        }
    }
    driver.change("vram_total=0\nvram_used=0");
    let seen = sample(&mut driver.gpu().await).await;
    assert_eq!(seen.vram_free, None, "not 0 MiB");
    driver.change(
        "power_limit_mw=0\ndefault_power_limit_mw=4294967295\napplications_clock=0\n\
         pcie_generation=0\npcie_width=255\npcie_generation_max=4294967295\npcie_width_max=3\n\
         vbios=N/A",
    );
    let inspected = done(&mut driver.gpu().await, Action::Inspect).await;
    assert_eq!(inspected, Outcome::Inspected(Inspection::default()));
}

#[tokio::test]
async fn a_process_that_cannot_be_is_no_process() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.change("compute=0:1048576,4294967295:1048576,4242:9999999999999,4343:0,4444:1048576");
    let process = |pid, vram: Option<u64>| ComputeProcess {
        pid,
        vram: vram.map(Bytes),
    };
    let seen = sample(&mut gpu).await;
    let expected = [(4242, None), (4343, None), (4444, Some(1 << 20))];
    let expected = expected.map(|(pid, vram)| process(pid, vram)).into();
    assert_eq!(seen.compute_processes, Some(expected));
    // A reading that cannot be is no rest of the one that gave it.
    let steps = [
        ("4242:10@2000", Some(10)),
        ("4242:4294967295@3000", None),
        ("4242:101@4000,4343:0@4000", None),
        ("4242:101@5000,4343:7@5000", Some(7)),
        ("4242:20@6000", Some(20)),
        // A time stamp of the far future does not hide what follows.
        ("4242:30@18446744073709551615", None),
        ("4242:40@7000", Some(40)),
    ];
    for (readings, expected) in steps {
        driver.change(&format!(
            "process_utilization={readings}\ncompute=4242:\ngraphics="
        ));
        let seen = sample(&mut gpu).await.other_utilization;
        assert_eq!(seen, expected.map(Percent), "{readings}");
    }
}

#[tokio::test]
async fn a_gpu_is_used_without_what_it_can_do_without() {
    let driver = FakeDriver::new();
    let honest = driver.list().await.expect("a list").remove(0);
    type Take = fn(&mut GpuInfo);
    let odd: [(&str, &[&str], Take); 5] = [
        ("name", &["", "\\x07\\x08", "\\xff\\xfe", " "], |i| {
            i.name = "NVIDIA GPU".to_owned()
        }),
        ("vram_total", &["0", "1", "-1"], |i| i.vram_total = None),
        ("sm_clock_max", &["0", "4294967295"], |i| {
            i.sm_clock_max = None
        }),
        (
            "slowdown_temperature",
            &["0", "30", "255", "4294967295"],
            |i| {
                i.slowdown_temperature = None;
            },
        ),
        ("compute_capability", &["0", "-1"], |i| {
            i.compute_capability = None
        }),
    ];
    for (key, values, take) in odd {
        for value in values {
            driver.change(&format!("{key}={value}"));
            let mut expected = honest.clone();
            take(&mut expected);
            let listed = driver.list().await.expect("a list");
            assert_eq!(listed, [expected], "{key}={value}");
        }
    }
    driver.change("name=RTX\\x0a\\x1b 4090");
    assert_eq!(driver.list().await.expect("a list")[0].name, "RTX 4090");
    driver.change("");
    driver.fail("nvmlDeviceGetName", 999);
    assert_eq!(driver.list().await.expect("a list")[0].name, "NVIDIA GPU");
}

#[tokio::test]
async fn a_gpu_that_cannot_be_distinguished_is_left_out_by_name() {
    let driver = FakeDriver::new();
    for (values, message) in [
        ("uuid=", "nvmlDeviceGetUUID: the driver gives “”"),
        (
            "uuid=GPU-00000000-0000-0000-0000-000000000000",
            "nvmlDeviceGetUUID: the driver gives “GPU-00000000-0000-0000-0000-000000000000”",
        ),
        (
            "pci=00000000:00:00.0",
            "nvmlDeviceGetPciInfo: the driver gives “00000000:00:00.0”",
        ),
    ] {
        driver.change(values);
        let error = driver.list().await.expect_err("the only GPU");
        assert_eq!(
            (error.kind, error.message.as_str()),
            (GpuErrorKind::Other, message)
        );
    }
    driver.change("gpus=2\nuuid=GPU-5e2c1a34-0000-4000-8000-000000000000");
    let list = driver.whole_list().await.expect("one can be used");
    let left_out: Vec<_> = list
        .left_out
        .iter()
        .map(|gpu| (gpu.index, gpu.why))
        .collect();
    assert_eq!(
        (list.gpus.len(), left_out),
        (1, vec![(1, LeftOut::SameUuid)])
    );
    driver.change("gpus=4294967295");
    let error = driver.list().await.expect_err("too many");
    assert_eq!(
        error.message,
        "nvmlDeviceGetCount: 4294967295 GPUs are more than there can be"
    );
}
