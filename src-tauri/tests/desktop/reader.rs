//! The window as a screen reader meets it: the accessibility tree on its own message bus.

use std::process::{Command, Stdio};

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
/// The roles of what can be operated.
const CONTROLS: [&str; 7] = [
    "link",
    "push button",
    "toggle button",
    "slider",
    "radio button",
    "check box",
    "entry",
];

#[tokio::test]
async fn a_screen_reader_finds_every_control_by_its_name_and_learns_of_a_pause() {
    let mut session = Session::start();
    session.write_settings("version = 1\nmode = \"always\"\n[app]\nsetup_completed = true\n");
    session.set("NO_AT_BRIDGE", "0");
    let reader = Reader::start(&session).await;
    let app = App::start(&session, "quick-card", &[]);
    app.wait_for_status("warm", |status| status.gpus[0].phase == Phase::Warm)
        .await;
    app.ask(Request::ShowWindow).await;
    let nodes = soon("the overview", async || {
        let nodes = reader.nodes().await;
        let complete = nodes
            .iter()
            .any(|node| node.is("slider", "Last 10 minutes"));
        complete.then_some(nodes)
    })
    .await;
    for (role, name) in [
        ("link", "Settings"),
        ("heading", "NVIDIA GeForce RTX 4090"),
        ("image", "Ready, P-state 0"),
        ("toggle button", "Keep GPU ready"),
        ("push button", "15 minutes"),
        ("landmark", "Switches"),
    ] {
        let found = nodes.iter().any(|node| node.is(role, name));
        assert!(found, "no {role} {name} in {nodes:#?}");
    }
    let mut controls = nodes
        .iter()
        .filter(|node| CONTROLS.contains(&node.role.as_str()));
    let nameless: Vec<_> = controls
        .by_ref()
        .filter(|node| node.name.is_empty())
        .collect();
    assert!(nameless.is_empty(), "{nameless:#?}");

    app.ask(Request::Pause { for_s: None }).await;
    soon("an announced pause", async || {
        let nodes = reader.nodes().await;
        let region = nodes
            .iter()
            .find(|node| node.is("status bar", "State of the GPU"))?;
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
    role: String,
    name: String,
    place: Place,
}

/// The program that has it, and its path there.
type Place = (String, OwnedObjectPath);

impl Node {
    fn is(&self, role: &str, name: &str) -> bool {
        self.role == role && self.name.starts_with(name)
    }
}

impl Reader {
    async fn start(session: &Session) -> Self {
        let launcher = LAUNCHERS
            .into_iter()
            .find(|path| std::path::Path::new(path).exists())
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
        let role = self.ask(&place, ACCESSIBLE, "GetRoleName").await?;
        let name = self.property(&place, "Name").await?;
        let children = self.ask(&place, ACCESSIBLE, "GetChildren").await?;
        Some((Node { role, name, place }, children))
    }

    /// The text of a node and of what is in it.
    async fn text(&self, node: &Node) -> Option<String> {
        let (program, path) = &node.place;
        let interface = Some("org.a11y.atspi.Text");
        let whole = &(0i32, -1i32);
        let call = self
            .bus
            .call_method(Some(program.as_str()), path, interface, "GetText", whole);
        call.await.ok()?.body().deserialize().ok()
    }

    async fn ask<T>(&self, (program, path): &Place, interface: &str, method: &str) -> Option<T>
    where
        T: for<'d> serde::de::Deserialize<'d> + zbus::Type,
    {
        let call = self
            .bus
            .call_method(Some(program.as_str()), path, Some(interface), method, &());
        call.await.ok()?.body().deserialize().ok()
    }

    async fn property(&self, (program, path): &Place, name: &str) -> Option<String> {
        let interface = Some("org.freedesktop.DBus.Properties");
        let asked = (ACCESSIBLE, name);
        let call = self
            .bus
            .call_method(Some(program.as_str()), path, interface, "Get", &asked);
        let value: zbus::OwnedVariant = call.await.ok()?.body().deserialize().ok()?;
        value.try_into().ok()
    }
}

async fn connect(address: &str) -> Option<Connection> {
    connection::Builder::address(address).build().await.ok()
}
