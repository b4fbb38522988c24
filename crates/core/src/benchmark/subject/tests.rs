use super::*;

#[test]
fn a_platform_is_without_what_its_owner_chose() {
    let platform = Platform::new("Debian GNU/Linux", "13", "6.12.48-ada-lovelace", "x86_64");
    let expected = Platform {
        os: "Debian".to_owned(),
        os_version: Some("13".to_owned()),
        kernel: Some("6.12.48".to_owned()),
        architecture: "x86_64".to_owned(),
        wsl: false,
    };
    assert_eq!(platform, expected);
    let rolling = Platform::new("Arch Linux", "", "6.17.2-arch1-1", "x86_64");
    assert_eq!(
        (rolling.os.as_str(), rolling.os_version),
        ("Arch Linux", None)
    );
    let wsl = Platform::new(
        "Ubuntu",
        "24.04",
        "6.6.87.2-microsoft-standard-WSL2",
        "x86_64",
    );
    assert_eq!((wsl.wsl, wsl.kernel.as_deref()), (true, Some("6.6.87")));
    let windows = Platform::new("Windows", "11 (26100)", "26100", "x86_64");
    assert_eq!(windows.os_version.as_deref(), Some("11 (26100)"));
    let odd = Platform::new("/home/ada", "\u{202e}", "lovelace", "x86_64");
    assert_eq!((odd.os_version, odd.kernel), (None, None));
    assert!(!odd.os.contains('/'));
}

fn clocks(all: &[(f64, u32, f64)]) -> Vec<ClockSample> {
    let one = |&(s, sm_mhz, power_w)| ClockSample {
        s,
        sm_mhz: Some(sm_mhz),
        power_w: Some(power_w),
        ..ClockSample::default()
    };
    all.iter().map(one).collect()
}

#[test]
fn only_samples_that_show_something_new_are_kept() {
    let all = clocks(&[
        (0.0, 1980, 120.0),
        (0.1, 1965, 119.0),
        (0.2, 1980, 100.0),
        (0.3, 345, 99.0),
        (0.4, 345, 99.5),
        (0.5, 345, 99.1),
    ]);
    let kept = ClockSample::thinned(&all);
    let times: Vec<_> = kept.iter().map(|sample| sample.s).collect();
    assert_eq!(times, [0.0, 0.2, 0.3, 0.5]);
    assert_eq!(ClockSample::thinned(&[]), []);
}

#[test]
fn a_restless_card_leaves_a_table_that_can_be_read() {
    let all: Vec<_> = (0..750)
        .map(|n| (f64::from(n) / 10.0, 300 + 1000 * (n % 2), 50.0))
        .collect();
    let all = clocks(&all);
    assert!((30..=MOST).contains(&ClockSample::thinned(&all).len()));
}
