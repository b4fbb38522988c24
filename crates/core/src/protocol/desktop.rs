use serde::{Deserialize, Serialize};

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
