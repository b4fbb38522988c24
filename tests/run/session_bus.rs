//! Programs that hold a GPU over the session bus.

use std::{
    collections::HashMap,
    process::{Child, Stdio},
};

use futures_util::StreamExt;
use gpu_keepalive_core::protocol::{Cause, HoldKind, Phase, Request};
use tokio::io::{AsyncBufReadExt, BufReader};
use zbus::{Connection, OwnedVariant, Proxy, connection};

use super::engine::Engine;
use crate::{
    support::soon,
    user::{User, library_of_faketime},
};

const NAME: &str = "io.github.gpu_keepalive.GpuKeepalive1";
const PATH: &str = "/io/github/gpu_keepalive/GpuKeepalive1";

/// An engine on a session bus of its own.
struct Desk {
    engine: Engine,
    address: String,
    _user: User,
    _daemon: tokio::process::Child,
}

impl Desk {
    async fn start() -> Self {
        Self::with(|user, arguments| user.command(arguments)).await
    }

    async fn with(command: impl FnOnce(&User, &[&str]) -> tokio::process::Command) -> Self {
        let user = User::new();
        let mut daemon = tokio::process::Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--address=unix:path={}/bus", user.home().display()))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("dbus-daemon");
        let mut lines = BufReader::new(daemon.stdout.take().unwrap()).lines();
        let address = soon("an address", lines.next_line())
            .await
            .unwrap()
            .unwrap();
        let run = ["run", "--simulate", "two-gpus", "--mode", "on_demand"];
        let mut command = command(&user, &run);
        command.env("DBUS_SESSION_BUS_ADDRESS", &address);
        let engine = Engine::start(&user, command).await;
        let desk = Self {
            engine,
            address,
            _user: user,
            _daemon: daemon,
        };
        let program = desk.program().await;
        let bus = zbus::fdo::DBusProxy::new(&program.bus).await.unwrap();
        soon("the name", async {
            while !bus.name_has_owner(NAME.try_into().unwrap()).await.unwrap() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
        desk
    }

    async fn program(&self) -> Program {
        let bus = connection::Builder::address(self.address.as_str());
        let bus = soon("the bus", bus.build()).await.expect("a connection");
        let proxy = Proxy::new(&bus, NAME, PATH, NAME).await.unwrap();
        Program { bus, proxy }
    }
}

/// A program on that bus.
struct Program {
    bus: Connection,
    proxy: Proxy<'static>,
}

impl Program {
    async fn hold(&self, gpu: &str, reason: &str, application: &str) -> zbus::Result<u32> {
        let asked = (gpu, reason, application);
        soon("an answer to Hold", self.proxy.call("Hold", &asked)).await
    }

    async fn standard(&self, interface: &'static str) -> Proxy<'static> {
        Proxy::new(&self.bus, NAME, PATH, interface).await.unwrap()
    }

    async fn release(&self, cookie: u32) -> zbus::Result<()> {
        soon(
            "an answer to Release",
            self.proxy.call("Release", &(cookie,)),
        )
        .await
    }

    async fn holds(&self) -> Vec<HashMap<String, OwnedVariant>> {
        // Not from a cache, which is filled a moment later.
        let properties = self.standard("org.freedesktop.DBus.Properties").await;
        let value: OwnedVariant = properties.call("Get", &(NAME, "Holds")).await.unwrap();
        value.try_into().expect("a list of holds")
    }
}

fn refused(result: zbus::Result<impl std::fmt::Debug>, name: &str) {
    let error = format!("{:?}", result.expect_err("refused"));
    assert!(error.contains(name), "{error}");
}

#[tokio::test]
async fn a_program_holds_until_it_releases_and_is_named_with_its_reason() {
    let desk = Desk::start().await;
    let program = desk.program().await;
    let mut released = program.proxy.receive_signal("Released").await.unwrap();
    let cookie = program
        .hold("", "A batch of images", "org.example.Batch")
        .await
        .unwrap();
    desk.engine.until_warm().await;
    let status = desk.engine.status().await;
    for gpu in &status.gpus {
        let [hold] = &gpu.holds[..] else {
            panic!("{:?}", gpu.holds);
        };
        assert_eq!(hold.kind, HoldKind::Dbus);
        assert_eq!(hold.application.as_deref(), Some("org.example.Batch"));
        assert_eq!(hold.reason.as_deref(), Some("A batch of images"));
        let cause = Cause::HeldFor {
            application: "org.example.Batch".to_owned(),
            reason: Some("A batch of images".to_owned()),
        };
        assert_eq!(gpu.message.causes, [cause]);
    }
    let [hold] = &program.holds().await[..] else {
        panic!("one hold");
    };
    let text = |key: &str| <&str>::try_from(&hold[key]).unwrap().to_owned();
    assert_eq!(text("ApplicationId"), "org.example.Batch");
    assert_eq!(text("Reason"), "A batch of images");
    assert_eq!(text("Gpu"), "");
    assert_eq!(u32::try_from(&hold["Cookie"]).unwrap(), cookie);

    program.release(cookie).await.unwrap();
    let signal = soon("the signal", released.next()).await.unwrap();
    assert_eq!(signal.body().deserialize::<u32>().unwrap(), cookie);
    desk.engine.until_phase(Phase::Asleep).await;
    assert!(program.holds().await.is_empty());
    refused(program.release(cookie).await, "InvalidArgs");
}

#[tokio::test]
async fn a_hold_of_one_gpu_leaves_the_other_alone() {
    let desk = Desk::start().await;
    let program = desk.program().await;
    let second = desk.engine.status().await.gpus[1].uuid.clone();
    program.hold(&second.0, "", "one").await.unwrap();
    let held = |status: &gpu_keepalive_core::protocol::Status| {
        status.gpus[1].phase == Phase::Warm && status.gpus[0].phase == Phase::Asleep
    };
    desk.engine.until("the second alone", held).await;
    refused(program.hold("GPU-no", "", "one").await, "InvalidArgs");
}

#[tokio::test]
async fn a_program_that_dies_holds_nothing() {
    let desk = Desk::start().await;
    let mut dying: Child = std::process::Command::new("dbus-send")
        .env("DBUS_SESSION_BUS_ADDRESS", &desk.address)
        .args([
            "--session",
            "--print-reply",
            &format!("--dest={NAME}"),
            PATH,
        ])
        .arg(format!("{NAME}.Hold"))
        .args(["string:", "string:a reason", "string:dying"])
        .stdout(Stdio::null())
        .spawn()
        .expect("dbus-send");
    assert!(dying.wait().unwrap().success());
    desk.engine
        .until("no hold", |status| status.engine.users == 0)
        .await;
    let program = desk.program().await;
    program.hold("", "", "staying").await.unwrap();
    desk.engine.until_warm().await;
    program.bus.close().await.unwrap();
    desk.engine.until_phase(Phase::Asleep).await;
}

#[tokio::test]
async fn a_flood_is_limited_and_the_same_hold_is_one() {
    let desk = Desk::start().await;
    let (flood, other) = (desk.program().await, desk.program().await);
    let mut cookies = Vec::new();
    for number in 0..200 {
        match flood.hold("", &format!("reason {number}"), "flood").await {
            Ok(cookie) => cookies.push(cookie),
            refusal => refused(refusal, "LimitsExceeded"),
        }
    }
    assert_eq!(cookies.len(), 32);
    assert_eq!(
        flood.hold("", "reason 0", "flood").await.unwrap(),
        cookies[0]
    );
    refused(other.hold("", "", "other").await, "LimitsExceeded");
    refused(other.release(cookies[0]).await, "InvalidArgs");
    flood.release(cookies[0]).await.unwrap();
    other.hold("", "", "other").await.unwrap();
    assert_eq!(desk.engine.status().await.gpus[0].holds.len(), 32);
}

#[tokio::test]
async fn markup_and_control_characters_are_harmless_and_long_texts_refused() {
    let desk = Desk::start().await;
    let program = desk.program().await;
    let hold = program.hold("", "<b>two\nlines</b> & more", "\u{1b}[31mred");
    hold.await.unwrap();
    let status = desk.engine.status().await;
    let hold = &status.gpus[0].holds[0];
    assert_eq!(
        hold.reason.as_deref(),
        Some("&lt;b&gt;two lines&lt;/b&gt; &amp; more")
    );
    assert_eq!(hold.application.as_deref(), Some("[31mred"));
    for (reason, application) in [
        ("x".repeat(129), "y".to_owned()),
        ("x".to_owned(), "y".repeat(129)),
    ] {
        refused(program.hold("", &reason, &application).await, "InvalidArgs");
    }
    program.hold("", &"ü".repeat(128), "long").await.unwrap();
}

#[tokio::test]
async fn the_user_ends_a_hold_and_its_program_receives_that() {
    let desk = Desk::start().await;
    let program = desk.program().await;
    let mut released = program.proxy.receive_signal("Released").await.unwrap();
    let cookie = program.hold("", "", "one").await.unwrap();
    let id = desk.engine.status().await.gpus[0].holds[0]
        .id
        .expect("an id");
    desk.engine.ask(Request::EndHold { id }).await;
    let signal = soon("the signal", released.next()).await.unwrap();
    assert_eq!(signal.body().deserialize::<u32>().unwrap(), cookie);
    desk.engine.until_phase(Phase::Asleep).await;
    assert!(program.holds().await.is_empty());
    // It may ask again.
    program.hold("", "", "one").await.unwrap();
    desk.engine.until_warm().await;
}

#[tokio::test]
async fn a_hold_never_overrides_the_switch() {
    let desk = Desk::start().await;
    let program = desk.program().await;
    desk.engine.ask(Request::Off).await;
    program.hold("", "", "one").await.unwrap();
    desk.engine.until_phase(Phase::Off).await;
}

#[tokio::test]
async fn the_interface_describes_itself() {
    let desk = Desk::start().await;
    let program = desk.program().await;
    let introspectable = program
        .standard("org.freedesktop.DBus.Introspectable")
        .await;
    let xml: String = introspectable.call("Introspect", &()).await.unwrap();
    let start = xml.find(&format!("<interface name=\"{NAME}\">")).unwrap();
    let end = start + xml[start..].find("</interface>").unwrap();
    insta::assert_snapshot!(&xml[start..end]);
}

/// Four hours in which nothing else happens, in a few seconds: its clock runs 2,000 times as fast.
#[tokio::test]
async fn a_hold_that_is_not_renewed_ends_after_four_hours() {
    let desk = Desk::with(|user, arguments| {
        let mut command = user.command(arguments);
        command
            .env("LD_PRELOAD", library_of_faketime())
            .env("FAKETIME", "+0 x2000");
        command
    })
    .await;
    let program = desk.program().await;
    let mut released = program.proxy.receive_signal("Released").await.unwrap();
    let cookie = program.hold("", "", "one").await.unwrap();
    let signal = soon("its end", released.next()).await.unwrap();
    assert_eq!(signal.body().deserialize::<u32>().unwrap(), cookie);
}
