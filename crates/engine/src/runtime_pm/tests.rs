use super::*;

const ID: &str = "0000:01:00.0";

/// A machine with one card; `None` leaves a file out.
struct Card {
    vendor: &'static str,
    class: &'static str,
    control: Option<&'static str>,
    status: Option<&'static str>,
    d3: Option<&'static str>,
}

/// A laptop's GPU that is awake and may suspend.
const LAPTOP: Card = Card {
    vendor: "0x10de",
    class: "0x030200",
    control: Some("auto"),
    status: Some("active"),
    d3: Some("Enabled (fine-grained)"),
};

impl Card {
    fn plug_in(&self) -> (tempfile::TempDir, PciGpus) {
        let root = tempfile::tempdir().unwrap();
        let device = root.path().join("sys/bus/pci/devices").join(ID);
        let driver = root.path().join("proc/driver/nvidia/gpus").join(ID);
        write(&device.join("vendor"), Some(self.vendor));
        write(&device.join("class"), Some(self.class));
        write(&device.join("power/control"), self.control);
        write(&device.join("power/runtime_status"), self.status);
        let power = self.d3.map(|status| {
            format!("Runtime D3 status:          {status}\nVideo Memory:               Active\n")
        });
        write(&driver.join("power"), power.as_deref());
        let information = "Model: \t\t NVIDIA GeForce RTX 3070 Laptop GPU\nIRQ:   \t\t 170";
        write(&driver.join("information"), self.d3.map(|_| information));
        let gpus = PciGpus::under(root.path());
        (root, gpus)
    }

    fn state(&self) -> RuntimePm {
        let (_root, gpus) = self.plug_in();
        let found = gpus.runtime_pm();
        found.first().map_or(RuntimePm::Unsupported, |(id, state)| {
            assert_eq!(id.to_string(), ID);
            *state
        })
    }
}

fn write(path: &Path, text: Option<&str>) {
    if let Some(text) = text {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{text}\n")).unwrap();
    }
}

#[test]
fn only_a_card_that_may_suspend_by_itself_counts() {
    use RuntimePm::*;
    #[rustfmt::skip]
    let cases = [
        (LAPTOP, Active),
        (Card { class: "0x030000", ..LAPTOP }, Active),
        (Card { status: Some("suspended"), ..LAPTOP }, Suspended),
        (Card { status: Some("suspending"), ..LAPTOP }, Suspended),
        (Card { status: Some("resuming"), ..LAPTOP }, Suspended),
        (Card { status: Some("unsupported"), ..LAPTOP }, Unsupported),
        (Card { status: Some("error"), ..LAPTOP }, Unsupported),
        (Card { status: Some(""), ..LAPTOP }, Unsupported),
        (Card { status: None, ..LAPTOP }, Unsupported),
        (Card { control: Some("on"), ..LAPTOP }, Unsupported),
        (Card { control: Some("on"), status: Some("suspended"), ..LAPTOP }, Unsupported),
        (Card { control: None, ..LAPTOP }, Unsupported),
        // The driver's word, and its absence (another driver, or none).
        (Card { d3: Some("Disabled by default"), ..LAPTOP }, Unsupported),
        (Card { d3: Some("Not supported"), ..LAPTOP }, Unsupported),
        (Card { d3: Some("Enabled (coarse-grained)"), ..LAPTOP }, Active),
        (Card { d3: Some("?"), ..LAPTOP }, Active),
        (Card { d3: None, ..LAPTOP }, Active),
        // The card's sound and USB functions, and another vendor's GPU.
        (Card { class: "0x040300", ..LAPTOP }, Unsupported),
        (Card { class: "0x0c0330", ..LAPTOP }, Unsupported),
        (Card { vendor: "0x1002", ..LAPTOP }, Unsupported),
    ];
    for (card, expected) in cases {
        let case = format!(
            "{} {:?} {:?} {:?}",
            card.class, card.control, card.status, card.d3
        );
        assert_eq!(card.state(), expected, "{case}");
    }
}

#[test]
fn a_card_without_a_driver_is_present_and_has_no_name() {
    let (_root, gpus) = Card { d3: None, ..LAPTOP }.plug_in();
    let expected = NvidiaDevice {
        pci_bus_id: ID.parse().unwrap(),
        name: None,
    };
    assert_eq!(gpus.present(), [expected]);
}

#[test]
fn the_name_is_the_drivers_and_is_not_asked_of_a_suspended_card() {
    let name = |card: Card| card.plug_in().1.present().remove(0).name;
    let (_root, gpus) = LAPTOP.plug_in();
    assert_eq!(
        gpus.present()[0].name.as_deref(),
        Some("NVIDIA GeForce RTX 3070 Laptop GPU")
    );
    assert_eq!(
        name(Card {
            status: Some("suspended"),
            ..LAPTOP
        }),
        None
    );
}

#[test]
fn odd_entries_and_a_machine_without_pci_are_survived() {
    let (root, gpus) = LAPTOP.plug_in();
    let devices = root.path().join("sys/bus/pci/devices");
    for name in ["not-an-address", "0000:02:00.0"] {
        write(&devices.join(name).join("vendor"), Some("0x10de"));
    }
    write(&devices.join("not-an-address/class"), Some("0x030000"));
    fs::write(devices.join(ID).join("power/control"), [0xff, 0xfe]).unwrap();
    assert_eq!(gpus.present().len(), 1);
    assert_eq!(gpus.runtime_pm(), []);
    let nowhere = PciGpus::under(Path::new("/nonexistent"));
    assert_eq!(nowhere.present(), []);
}
