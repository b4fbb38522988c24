//! sway, with a bar that has a tray and a notification server.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    session::{Killed, Session},
    soon,
};

/// The name of its socket in the session's runtime folder.
pub(super) const DISPLAY: &str = "wayland-1";
/// The size of its one output.
pub(super) const SIZE: (u32, u32) = (1024, 768);
/// A dark blue behind everything.
pub(super) const BACKGROUND: [u8; 3] = [48, 80, 110];

/// Its programs; they end when dropped.
pub(super) struct Compositor<'a> {
    session: &'a Session,
    _programs: Vec<Killed>,
}

/// A picture of the whole output.
pub(super) struct Picture {
    width: u32,
    /// Red, green and blue.
    pixels: Vec<u8>,
    png: Vec<u8>,
}

/// Has the programs of this session use it instead of the X server.
pub(super) fn choose(session: &mut Session) {
    for (name, value) in [
        ("DISPLAY", ""),
        ("WAYLAND_DISPLAY", DISPLAY),
        ("XDG_CURRENT_DESKTOP", "sway"),
        ("WLR_BACKENDS", "headless"),
        ("WLR_LIBINPUT_NO_DEVICES", "1"),
        ("WLR_RENDERER", "pixman"),
    ] {
        session.set(name, value);
    }
    session.set("SWAYSOCK", session.path("run/sway.sock"));
}

impl<'a> Compositor<'a> {
    pub(super) async fn start(session: &'a Session) -> Self {
        Self::with_bar(session, BAR, STYLE).await
    }

    /// With that configuration of waybar, and that style.
    pub(super) async fn with_bar(session: &'a Session, bar: &str, bar_style: &str) -> Self {
        let mut programs = vec![start(session, "sway", "", SWAY, &["--config"])];
        soon("a compositor", async || {
            let there = session.path("run").join(DISPLAY).exists();
            (there && session.path("run/sway.sock").exists()).then_some(())
        })
        .await;
        fs::write(session.path("config/waybar.css"), bar_style).unwrap();
        let style = session.path("config/waybar.css").display().to_string();
        programs.push(start(
            session,
            "waybar",
            &style,
            bar,
            &["--style", "--config"],
        ));
        programs.push(start(session, "mako", "", NOTIFICATIONS, &["--config"]));
        Self {
            session,
            _programs: programs,
        }
    }

    pub(super) fn picture(&self) -> Picture {
        let png = self.output("grim", &["-"]);
        let mut reader = png::Decoder::new(std::io::Cursor::new(&png))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(frame.color_type, png::ColorType::Rgb);
        Picture {
            width: frame.width,
            pixels,
            png,
        }
    }

    /// The title of the app's window, if there is one.
    pub(super) fn window(&self) -> Option<String> {
        let tree = self.output("swaymsg", &["-r", "-t", "get_tree"]);
        let tree: serde_json::Value = serde_json::from_slice(&tree).unwrap();
        find(&tree, &|node| {
            let id = node["app_id"].as_str()?;
            id.contains("gpu-keepalive")
                .then(|| node["name"].as_str())?
        })
        .map(str::to_owned)
    }

    /// What mako shows, as it describes it.
    pub(super) fn notification(&self) -> Option<String> {
        let list = String::from_utf8(self.output("makoctl", &["list"])).unwrap();
        list.contains("GPU Keepalive").then_some(list)
    }

    /// Chooses an action of the newest notification.
    pub(super) fn invoke(&self, action: &str) {
        self.output("makoctl", &["invoke", action]);
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let mut command = self.session.command(program);
        let output = command.args(arguments).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {errors}");
        output.stdout
    }
}

fn find<'a>(
    node: &'a serde_json::Value,
    wanted: &dyn Fn(&'a serde_json::Value) -> Option<&'a str>,
) -> Option<&'a str> {
    let children = ["nodes", "floating_nodes"].map(|kind| node[kind].as_array());
    let mut children = children.into_iter().flatten().flatten();
    wanted(node).or_else(|| children.find_map(|child| find(child, wanted)))
}

impl Picture {
    fn colours(&self) -> impl Iterator<Item = [u8; 3]> {
        let pixels = self.pixels.chunks_exact(3);
        pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]])
    }

    /// The first place of that colour.
    pub(super) fn find(&self, colour: [u8; 3]) -> Option<(u32, u32)> {
        let at = self.colours().position(|pixel| pixel == colour)? as u32;
        Some((at % self.width, at / self.width))
    }

    /// The number of pixels that are different there.
    pub(super) fn differing(&self, other: &Self) -> usize {
        let pairs = self.colours().zip(other.colours());
        pairs.filter(|(one, other)| one != other).count()
    }

    /// The number of pixels of that colour above a line.
    pub(super) fn count_above(&self, y: u32, colour: [u8; 3]) -> usize {
        let above = self.colours().take((y * self.width) as usize);
        above.filter(|pixel| *pixel == colour).count()
    }

    /// The share of that colour below a line.
    pub(super) fn share_below(&self, y: u32, colour: [u8; 3]) -> f64 {
        let below: Vec<_> = self.colours().skip((y * self.width) as usize).collect();
        let same = below.iter().filter(|pixel| **pixel == colour).count();
        same as f64 / below.len() as f64
    }

    /// Keeps it in `target/screenshots/NAME.png`, where that folder can be written.
    pub(super) fn keep(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        if fs::create_dir_all(&folder).is_ok() {
            let _ = fs::write(folder.join(format!("{name}.png")), &self.png);
        }
    }
}

/// Starts a program with that content of its configuration file, and the options that name first
/// `extra`, if any, then the file.
fn start(session: &Session, program: &str, extra: &str, config: &str, options: &[&str]) -> Killed {
    let file = session.path("config").join(format!("{program}.conf"));
    fs::write(&file, config).unwrap();
    let mut command: Command = session.command(program);
    let values = [extra.to_owned(), file.display().to_string()];
    let values = values.iter().filter(|value| !value.is_empty());
    for (option, value) in options.iter().zip(values) {
        command.arg(option).arg(value);
    }
    let log = File::create(session.path(&format!("{program}.log"))).unwrap();
    let child = command.stdout(Stdio::null()).stderr(log).spawn();
    Killed::new(child.unwrap_or_else(|error| panic!("{program}: {error}")))
}

const SWAY: &str = "\
output HEADLESS-1 resolution 1024x768 position 0 0
output * background #30506e solid_color
default_border none
default_floating_border none
focus_follows_mouse no
xwayland disable
";

const BAR: &str = r#"{"layer": "top", "position": "top", "height": 30,
 "modules-right": ["tray"], "tray": {"icon-size": 22}}"#;

/// The ground of the bar.
pub(super) const STYLE: &str = "\
window#waybar { background: #202020; color: #ffffff; font-family: sans-serif; font-size: 13px; }
";

const NOTIFICATIONS: &str = "anchor=bottom-right\ndefault-timeout=0\n";
