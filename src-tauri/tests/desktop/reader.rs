//! The window as a screen reader meets it: the accessibility tree on its own message bus.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use gpu_keepalive_core::protocol::{Phase, Request};
use zbus::{Connection, OwnedObjectPath, connection};

use crate::{
    app::App,
    session::{Killed, Session},
    soon,
};

/// Of Debian's package at-spi2-core; Fedora has the second.
const LAUNCHERS: [&str; 2] = [
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
];
const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
/// Deeper than any page.
const DEEPEST: usize = 40;
/// A window that is being drawn answers later, and is asked again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
/// Roles by their numbers in AT-SPI; WebKit does not answer for their names.
mod role {
    pub(super) const IMAGE: u32 = 27;
    pub(super) const BUTTON: u32 = 43;
    pub(super) const SLIDER: u32 = 51;
    pub(super) const STATUS: u32 = 54;
    pub(super) const SWITCH: u32 = 62;
    pub(super) const HEADING: u32 = 83;
    pub(super) const LINK: u32 = 88;
    pub(super) const LANDMARK: u32 = 110;
}
/// What can be operated on the Overview.
const CONTROLS: [u32; 4] = [role::BUTTON, role::SLIDER, role::SWITCH, role::LINK];

#[tokio::test]
async fn a_screen_reader_finds_every_control_by_its_name_and_learns_of_a_pause() {
    let mut session = Session::start();
    session.write_settings("version = 1\nmode = \"always\"\n[app]\nsetup_completed = true\n");
    session.make_readable();
    let reader = Reader::start(&session).await;
    let app = App::start(&session, "quick-card", &[]);
    app.wait_for_status("warm", |status| status.gpus[0].phase == Phase::Warm)
        .await;
    app.ask(Request::ShowWindow).await;
    let nodes = soon("the overview", async || {
        let nodes = reader.nodes().await;
        let shown = |role, name| nodes.iter().any(|node| node.is(role, name));
        let complete = shown(role::IMAGE, "Ready, P-state 0") && shown(role::SLIDER, "Last 10");
        complete.then_some(nodes)
    })
    .await;
    for (role, name) in [
        (role::LINK, "Settings"),
        (role::HEADING, "NVIDIA GeForce RTX 4090"),
        (role::SWITCH, "Keep GPU ready"),
        (role::BUTTON, "15 minutes"),
        (role::LANDMARK, "Switches"),
    ] {
        let found = nodes.iter().any(|node| node.is(role, name));
        assert!(found, "no {role} {name} in {nodes:#?}");
    }
    let nameless: Vec<_> = nodes
        .iter()
        .filter(|node| CONTROLS.contains(&node.role) && node.name.is_empty())
        .collect();
    assert!(nameless.is_empty(), "{nameless:#?}");

    app.ask(Request::Pause { for_s: None }).await;
    soon("an announced pause", async || {
        let nodes = reader.nodes().await;
        let region = nodes
            .iter()
            .find(|node| node.is(role::STATUS, "State of the GPU"))?;
        reader
            .text(region)
            .await?
            .starts_with("Paused.")
            .then_some(())
    })
    .await;
}

/// An assistive program on the bus of accessibility.
struct Reader {
    bus: Connection,
    _launcher: Killed,
}

/// Something in the tree.
#[derive(Clone, Debug)]
struct Node {
    role: u32,
    name: String,
    place: Place,
}

/// The program that has it, and its path there.
type Place = (String, OwnedObjectPath);

impl Node {
    fn is(&self, role: u32, name: &str) -> bool {
        self.role == role && self.name.starts_with(name)
    }
}

impl Reader {
    async fn start(session: &Session) -> Self {
        let launcher = LAUNCHERS
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("at-spi-bus-launcher of the package at-spi2-core");
        let mut command: Command = session.command(launcher);
        command.arg("--launch-immediately").stderr(Stdio::null());
        let launcher = Killed::new(command.spawn().unwrap());
        let address = soon("a bus of accessibility", async || {
            let bus = connect(session.bus_address()).await?;
            let (name, path) = ("org.a11y.Bus", "/org/a11y/bus");
            let reply = bus.call_method(Some(name), path, Some(name), "GetAddress", &());
            reply.await.ok()?.body().deserialize::<String>().ok()
        })
        .await;
        // A screen reader says that it is there.
        let session_bus = connect(session.bus_address()).await.unwrap();
        for name in ["IsEnabled", "ScreenReaderEnabled"] {
            let set = ("org.a11y.Status", name, zbus::Variant::from(true));
            let (program, path) = ("org.a11y.Bus", "/org/a11y/bus");
            let interface = "org.freedesktop.DBus.Properties";
            session_bus
                .call_method(Some(program), path, Some(interface), "Set", &set)
                .await
                .unwrap();
        }
        Self {
            bus: soon("a place on it", async || connect(&address).await).await,
            _launcher: launcher,
        }
    }

    /// Everything in every window, parents before children.
    async fn nodes(&self) -> Vec<Node> {
        let root = (
            REGISTRY.to_owned(),
            OwnedObjectPath::try_from(ROOT).unwrap(),
        );
        let mut open = vec![(root, 0)];
        let mut nodes = Vec::new();
        while let Some((place, depth)) = open.pop() {
            // It may be gone again.
            let Some((node, children)) = self.node(place).await else {
                continue;
            };
            if depth < DEEPEST {
                open.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
            }
            nodes.push(node);
        }
        nodes
    }

    async fn node(&self, place: Place) -> Option<(Node, Vec<Place>)> {
        let role = self.ask(&place, ACCESSIBLE, "GetRole", &()).await?;
        let name = self.property(&place, "Name").await?.try_into().ok()?;
        let count: i32 = self.property(&place, "ChildCount").await?.try_into().ok()?;
        let mut children = Vec::new();
        // The page is in another process than its window, which `GetChildren` leaves out.
        for index in 0..count {
            children.extend(
                self.ask(&place, ACCESSIBLE, "GetChildAtIndex", &index)
                    .await,
            );
        }
        Some((Node { role, name, place }, children))
    }

    /// The text of a node and of what is in it.
    async fn text(&self, node: &Node) -> Option<String> {
        let whole = (0i32, -1i32);
        self.ask(&node.place, "org.a11y.atspi.Text", "GetText", &whole)
            .await
    }

    async fn property(&self, place: &Place, name: &str) -> Option<zbus::OwnedVariant> {
        let asked = (ACCESSIBLE, name);
        self.ask(place, "org.freedesktop.DBus.Properties", "Get", &asked)
            .await
    }

    async fn ask<B, T>(
        &self,
        (program, path): &Place,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Option<T>
    where
        B: serde::Serialize + zbus::Type,
        T: for<'d> serde::de::Deserialize<'d> + zbus::Type,
    {
        let program = Some(program.as_str());
        let call = self
            .bus
            .call_method(program, path, Some(interface), method, body);
        call.await.ok()?.body().deserialize().ok()
    }
}

async fn connect(address: &str) -> Option<Connection> {
    let connection = connection::Builder::address(address).method_timeout(ANSWERED_WITHIN);
    connection.build().await.ok()
}
