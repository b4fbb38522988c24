//! A desktop that people have: Xfce's panel and notifications, with openbox for the windows.
//!
//! Needs the packages that `cargo xtask screenshots` installs.

use std::{fs, process::Stdio};

use zbus::Connection;

use crate::{
    screen::{Area, Screen},
    session::{Killed, Session},
    soon,
};

/// A dark blue behind everything.
pub(crate) const BACKGROUND: [u8; 3] = [48, 80, 110];
/// The place where Debian has what is not on the path.
const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu/xfce4";
/// Settings and notifications, with the names they take on the bus.
const XFCONF: (&str, &str) = ("xfconf/xfconfd", "org.xfce.Xfconf");
const NOTIFYD: (&str, &str) = ("notifyd/xfce4-notifyd", "org.freedesktop.Notifications");
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// The area of the panel.
pub(crate) const PANEL: Area = Area {
    x: 0,
    y: 0,
    width: 1024,
    height: 32,
};

/// The programs of a desktop; they end when dropped.
pub(crate) struct RealDesktop {
    _programs: Vec<Killed>,
}

impl RealDesktop {
    /// Starts them; in dark colours if wanted.
    pub(crate) async fn start(session: &Session, dark: bool) -> Self {
        let folder = session.path("config/xfce4/xfconf/xfce-perchannel-xml");
        fs::create_dir_all(&folder).unwrap();
        let panel = PANEL_SETTINGS.replace("DARK", &dark.to_string());
        fs::write(folder.join("xfce4-panel.xml"), panel).unwrap();
        Screen::of(session).paint(BACKGROUND);

        let bus = zbus::connection::Builder::address(session.bus_address())
            .build()
            .await
            .unwrap();
        let mut programs = vec![start(session, "openbox")];
        for (program, name) in [XFCONF, NOTIFYD] {
            programs.push(start(session, &format!("{LIBRARIES}/{program}")));
            wait_for_owner(&bus, name).await;
        }
        programs.push(start(session, "xfce4-panel"));
        wait_for_owner(&bus, WATCHER).await;
        Self {
            _programs: programs,
        }
    }
}

fn start(session: &Session, program: &str) -> Killed {
    let mut command = session.command(program);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Killed::new(child.unwrap_or_else(|error| panic!("{program}: {error}")))
}

async fn wait_for_owner(bus: &Connection, name: &str) {
    soon(name, async || {
        let bus_itself = Some("org.freedesktop.DBus");
        let has_owner = bus
            .call_method(
                bus_itself,
                "/org/freedesktop/DBus",
                bus_itself,
                "NameHasOwner",
                &name,
            )
            .await
            .unwrap();
        has_owner
            .body()
            .deserialize::<bool>()
            .unwrap()
            .then_some(())
    })
    .await;
}

/// A panel along the top: the windows on the left, the icons and the clock on the right.
const PANEL_SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="DARK"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="icon-size" type="uint" value="22"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
        <value type="int" value="4"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
      <property name="hide-new-items" type="bool" value="false"/>
    </property>
    <property name="plugin-4" type="string" value="clock">
      <property name="digital-layout" type="uint" value="3"/>
    </property>
  </property>
</channel>
"#;
