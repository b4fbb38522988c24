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

/// Tables are read more easily with each supply's attributes behind a word.
fn supplies(text: &str) -> Vec<String> {
    let listed = text.split(", ").filter(|word| !word.is_empty());
    listed
        .enumerate()
        .map(|(number, word)| {
            let attributes = match word {
                "adapter off" => "type=Mains, online=0",
                "adapter on" => "type=Mains, online=1",
                "usb off" => "type=USB, online=0",
                "usb on" => "type=USB, online=1",
                "usb negotiated" => "type=USB, online=2",
                "wireless on" => "type=Wireless, online=1",
                "charging" => "type=Battery, scope=System, present=1, status=Charging",
                "discharging" => "type=Battery, present=1, status=Discharging",
                "full" => "type=Battery, present=1, status=Full",
                "not charging" => "type=Battery, present=1, status=Not charging",
                "unknown" => "type=Battery, status=Unknown",
                "silent" => "type=Battery",
                "empty bay" => "type=Battery, present=0, status=Discharging",
                "mouse" => "type=Battery, scope=Device, status=Discharging",
                "pen on its dock" => "type=Battery, scope=Device, status=Charging",
                "headset's adapter" => "type=USB, scope=Device, online=1",
                "ups" => "type=UPS, status=Discharging",
                "odd" => "type=, online=maybe",
                other => panic!("{other}"),
            };
            format!("supply{number}: {attributes}")
        })
        .collect()
}

#[test]
fn laptops_and_desktops_are_distinguished() {
    let cases = [
        // Desktops, with whatever lies on the table.
        ("", Ac),
        ("adapter off", Ac),
        ("odd", Ac),
        ("ups", Ac),
        ("mouse", Ac),
        ("adapter off, mouse", Ac),
        ("adapter off, empty bay", Ac),
        // One adapter.
        ("adapter on, charging", Ac),
        ("adapter on, full", Ac),
        ("adapter on, not charging", Ac),
        ("adapter on, unknown", Ac),
        // At its charge limit, or helping an adapter that is too weak.
        ("adapter on, discharging", Ac),
        ("adapter off, discharging", Battery),
        ("adapter off, unknown", Battery),
        ("adapter off, silent", Battery),
        // Unplugged a moment ago.
        ("adapter off, full", Battery),
        // The firmware is wrong about its adapter, or was fed by another way.
        ("adapter off, charging", Ac),
        ("adapter off, not charging", Battery),
        ("adapter off, pen on its dock, discharging", Battery),
        // No adapter is listed.
        ("discharging", Battery),
        ("charging", Ac),
        ("full", Ac),
        ("unknown", Ac),
        // USB-C: idle ports show nothing.
        ("usb off, discharging", Battery),
        ("usb off, full", Ac),
        ("usb off, usb negotiated, discharging", Ac),
        ("usb on, charging", Ac),
        ("usb negotiated, charging", Ac),
        ("usb negotiated, not charging", Ac),
        ("usb negotiated, unknown", Ac),
        ("adapter on, usb off, usb off, discharging", Ac),
        ("adapter off, usb off, usb off, discharging", Battery),
        ("wireless on, charging", Ac),
        ("headset's adapter, discharging", Battery),
        // Adapters that disagree.
        ("adapter off, usb negotiated, charging", Ac),
        ("adapter off, usb on, full", Ac),
        ("adapter off, usb negotiated, not charging", Ac),
        ("adapter off, usb on, unknown", Ac),
        ("adapter off, adapter on, charging", Ac),
        // A telephone that is charged by the laptop makes some ports online.
        ("adapter off, usb on, discharging", Battery),
        ("adapter off, adapter on, discharging", Battery),
        // Two batteries, of which one is in use at a time.
        ("not charging, discharging", Battery),
        ("adapter off, full, discharging", Battery),
        ("adapter off, not charging, discharging", Battery),
        ("adapter on, charging, not charging", Ac),
        ("adapter off, charging, unknown", Ac),
        ("adapter off, empty bay, discharging", Battery),
        ("adapter off, empty bay, charging", Ac),
    ];
    for (text, expected) in cases {
        let supplies = supplies(text);
        // Whatever order the folder lists them in.
        let reversed: Vec<&str> = supplies.iter().rev().map(|s| &**s).collect();
        let supplies: Vec<&str> = supplies.iter().map(|s| &**s).collect();
        assert_eq!(source(&supplies), expected, "{text}");
        assert_eq!(source(&reversed), expected, "{text}, reversed");
    }
    assert_eq!(power_source(Path::new("/nonexistent")), Ac);
}
