//! Who uses a GPU, who asked for it, and the desktop application.

use serde::{Deserialize, Serialize};

use crate::units::Watts;

/// An AI process that has a GPU open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClientStatus {
    /// Its process id.
    pub pid: u32,
    /// Its name for people, such as `Ollama`.
    pub name: String,
    /// True if it lets the GPU rest while it is loaded; `null` where that is not known.
    pub quiet: Option<bool>,
}

/// A demand for a GPU that a program or the user made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HoldStatus {
    /// Names it in the request `end_hold`; `null` for one that it cannot end.
    pub id: Option<u64>,
    /// The way in which it was made.
    pub kind: HoldKind,
    /// The program's name for people, as it gave it; `null` where it gave none.
    pub application: Option<String>,
    /// Its reason, as it gave it; `null` where it gave none.
    pub reason: Option<String>,
    /// Seconds since it was made.
    pub since_s: f64,
}

/// The way in which a GPU was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// Inference that a client announced.
    Lease,
    /// By a program on the session bus.
    Dbus,
    /// By a program on the control socket.
    #[default]
    Program,
    /// By the user, for a time.
    Warm,
}

/// AI servers that keep a GPU at full speed by themselves while no request comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LoudStatus {
    /// The servers; one of several may be enough to keep it up.
    pub servers: Vec<ClientStatus>,
    /// Power measured on this GPU while no request came; `null` where it does not report any.
    pub power_w: Option<Watts>,
    /// Power learned on this GPU with the clocks down; `null` until it was seen.
    pub idle_w: Option<Watts>,
    /// Kilowatt-hours that quiet servers would save in a month in which they stay loaded; `null`
    /// where one of the powers is not known.
    pub month_kwh: Option<f64>,
    /// The same in the user's currency; `null` without a price.
    pub month_cost: Option<f64>,
    /// True if this GPU's driver lets a server be quiet.
    pub possible: bool,
    /// The benefit of making them quiet, for people.
    pub text: String,
    /// The instructions for that, as a sentence to follow it; `null` where nothing would come of
    /// it.
    pub how: Option<String>,
}

/// The desktop application around the engine, or following it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DesktopStatus {
    /// True if the tray icon is shown.
    pub tray: bool,
    /// True if the entry that starts it at login is there, as it is and not as it was wished;
    /// `null` when that cannot be read.
    pub starts_at_login: Option<bool>,
    /// The same entry in more detail; `null` when it cannot be read.
    pub login_entry: Option<LoginEntryState>,
    /// True if the engine runs in the application; false if the application follows the engine of
    /// `gpu-keepalive run`.
    pub hosts_engine: bool,
}

/// The state of the entry that starts the application at login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LoginEntryState {
    /// There is none.
    Absent,
    /// It is in force.
    On,
    /// The user switched it off in the desktop's own settings or the Task Manager.
    OffByUser,
    /// It starts a program that does not exist, or does not start one as a login should.
    Broken,
}
