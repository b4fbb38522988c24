use PowerSource::{Ac, Battery};

use super::*;

/// A folder of supplies, each `name: attribute=value …`.
fn source(supplies: &[&str]) -> PowerSource {
    let root = tempfile::tempdir().unwrap();
    for supply in supplies {
        let (name, attributes) = supply.split_once(": ").unwrap();
        let folder = root.path().join(name);
        fs::create_dir(&folder).unwrap();
        for attribute in attributes.split(", ") {
            let (file, value) = attribute.split_once('=').unwrap();
            fs::write(folder.join(file), format!("{value}\n")).unwrap();
        }
    }
    power_source(root.path())
}

#[test]
fn laptops_and_desktops_are_told_apart() {
    const UNPLUGGED: &str = "AC: type=Mains, online=0";
    const PLUGGED: &str = "AC: type=Mains, online=1";
    const DISCHARGING: &str = "BAT0: type=Battery, status=Discharging, present=1";
    let cases: &[(&[&str], PowerSource)] = &[
        (&[], Ac),
        (&[PLUGGED, "BAT0: type=Battery, status=Charging"], Ac),
        (&[UNPLUGGED, DISCHARGING], Battery),
        (&[UNPLUGGED, "BAT0: type=Battery, status=Unknown"], Battery),
        // At its charge limit, or helping an adapter that is too small.
        (&[PLUGGED, DISCHARGING], Ac),
        // Only one of two batteries is in use.
        (
            &[
                "BAT0: type=Battery, status=Not charging",
                "BAT1: type=Battery, status=Discharging",
            ],
            Battery,
        ),
        // No adapter is listed.
        (&[DISCHARGING], Battery),
        (&["BAT0: type=Battery, status=Full"], Ac),
        // Fed over USB-C; the other port is idle.
        (&[UNPLUGGED, DISCHARGING, "ucsi0: type=USB, online=1"], Ac),
        (
            &[
                "ucsi0: type=USB, online=0",
                "BAT0: type=Battery, status=Full",
            ],
            Ac,
        ),
        // Not this machine's battery: a mouse, a UPS, an empty bay.
        (
            &["mouse: type=Battery, scope=Device, status=Discharging"],
            Ac,
        ),
        (&["ups: type=UPS, status=Discharging"], Ac),
        (
            &[UNPLUGGED, "BAT0: type=Battery, present=0, status=Unknown"],
            Ac,
        ),
        // A desktop's odd firmware lists an adapter that is off.
        (&[UNPLUGGED], Ac),
        (&["odd: type=, online=maybe"], Ac),
    ];
    for (supplies, expected) in cases {
        assert_eq!(source(supplies), *expected, "{supplies:?}");
    }
    assert_eq!(power_source(Path::new("/nonexistent")), Ac);
}
