//! A private X server and message bus.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// A desktop session of one test's own; ends when dropped.
pub(crate) struct Session {
    folder: TempDir,
    display: String,
    bus_address: String,
    environment: Vec<(&'static str, OsString)>,
    readable: bool,
    _bus: Killed,
    _screen: Killed,
}

impl Session {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "run", "config", "state", "data", "cache"] {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        }
        let mut screen = Command::new("Xvfb");
        screen.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            // Higher than any: a page is pictured in its full length.
            "1024x8000x24",
            "-nolisten",
            "tcp",
            // Otherwise it starts anew when its last client goes, and refuses the next meanwhile.
            "-noreset",
        ]);
        let (screen, number) = Killed::start(screen);
        // Without a folder of services: nothing but what the test plays is on this bus.
        let config = folder.path().join("bus.conf");
        fs::write(&config, BUS).unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.arg("--config-file").arg(&config);
        bus.args(["--nofork", "--nopidfile", "--print-address=1"]);
        let (bus, bus_address) = Killed::start(bus);
        Self {
            folder,
            display: format!(":{number}"),
            bus_address,
            environment: Vec::new(),
            readable: false,
            _bus: bus,
            _screen: screen,
        }
    }

    /// An environment variable of every program that is started from now on.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.environment.push((name, value.into()));
    }

    /// Programs that are started from now on show themselves to screen readers, which takes time.
    pub(crate) fn make_readable(&mut self) {
        self.readable = true;
    }

    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    pub(crate) fn bus_address(&self) -> &str {
        &self.bus_address
    }

    /// A place in this session, such as `config/gpu-keepalive/settings.toml`.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// The settings file as the user left it.
    pub(crate) fn write_settings(&self, text: &str) {
        let path = self.path("config/gpu-keepalive/settings.toml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The user's choice of colours, with letters that many desktops have.
    pub(crate) fn prefer(&self, dark: bool) {
        let dark = u8::from(dark);
        self.write_gtk_settings(&format!(
            "gtk-application-prefer-dark-theme={dark}\ngtk-font-name=Cantarell 11"
        ));
    }

    /// The settings of GTK, a line each, such as `gtk-font-name=Cantarell 15`.
    pub(crate) fn write_gtk_settings(&self, lines: &str) {
        let folder = self.path("config/gtk-3.0");
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("settings.ini"),
            format!("[Settings]\n{lines}\n"),
        )
        .unwrap();
    }

    /// Everything that runs in this session, also what no longer has a parent.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let home = format!("HOME={}", self.path("home").display()).into_bytes();
        let of_session = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|v| v == home)
        };
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(of_session).collect()
    }

    /// A program of this session.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for (name, folder) in [
            ("HOME", "home"),
            ("XDG_RUNTIME_DIR", "run"),
            ("GPU_KEEPALIVE_RUNTIME_DIR", "run"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(name, self.path(folder));
        }
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .env_remove("NO_AT_BRIDGE")
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES")
            .env_remove("LANG")
            .env_remove("LANGUAGE")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("GPU_KEEPALIVE_SIMULATE")
            .env_remove("RUST_LOG")
            .envs(self.environment.iter().cloned());
        if !self.readable {
            command.env("NO_AT_BRIDGE", "1");
        }
        command
    }
}

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A process that does not outlive the test.
pub(crate) struct Killed(Child);

impl Killed {
    pub(crate) fn new(child: Child) -> Self {
        Self(child)
    }

    /// Starts it, and waits for the first line it writes.
    fn start(mut command: Command) -> (Self, String) {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let line = line.trim().to_owned();
        assert!(!line.is_empty(), "{command:?} did not start");
        (Self(child), line)
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
