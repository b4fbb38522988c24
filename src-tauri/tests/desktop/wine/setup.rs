//! The Setup program, as far as wine can show. `cargo xtask bundle --windows --check` runs this.
//!
//! Wine has no Restart Manager, and its shortcuts take no properties: that processes which do not answer are
//! ended, and the id of the shortcut, only a real Windows can show. Exit codes prove nothing, because the
//! uninstaller goes on in a copy of itself: files, registry and processes are looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const USER: &str = "Ada Łovelace";
/// The same in a registry file of wine.
const USER_IN_REGISTRY: &str = r"Ada \x141ovelace";
const PROGRAMS: &str = r"AppData\Local\Programs\GPU Keepalive";
const ENVIRONMENT: &str = "Environment";
const RUN: &str = r"Software\\Microsoft\\Windows\\CurrentVersion\\Run";
const APPROVED: &str =
    r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";
const APP_ID: &str = "io.github.gpu-keepalive.gpu-keepalive";
const SERVER: &str = "notepad.exe";
const INSTALLED: [&str; 7] = [
    APP,
    COMMAND_LINE,
    "WebView2Loader.dll",
    "icon.png",
    "LICENSE",
    "third-party-licences.txt",
    "uninstall.exe",
];

/// The values of each registry key, as wine writes them.
type Registry = BTreeMap<String, BTreeSet<String>>;

/// A Windows of its own, of a user whose name has a blank and a letter beyond the code page.
struct Computer {
    wine: Wine,
    prefix: PathBuf,
}

impl Computer {
    fn start() -> Self {
        let library = PathBuf::from(env::var_os("WINEPREFIX").expect("the prepared prefix"));
        let mut session = Session::start();
        let prefix = session.path("prefix");
        session.set("WINEPREFIX", &prefix);
        session.set("USER", USER);
        session.set("LANG", "C.UTF-8");
        // Neither .NET nor Internet Explorer, and no entries in the menu of this machine.
        session.set("WINEDLLOVERRIDES", "mscoree,mshtml=;winemenubuilder.exe=");
        session.set("RUST_LOG", "warn,gpu_keepalive=info");
        // Also of the app that the Setup program starts.
        session.set("GPU_KEEPALIVE_SIMULATE", scenario("quick-card"));
        let folder = format!(r"C:\users\{USER}\{PROGRAMS}");
        let wine = Wine {
            session,
            folder: folder.into(),
        };
        let computer = Self { wine, prefix };
        let mut boot = computer.wine.session.command("wineboot");
        assert!(boot.arg("--init").status().unwrap().success());
        let system = "drive_c/windows/system32/bcryptprimitives.dll";
        fs::copy(library.join(system), computer.prefix.join(system)).unwrap();
        computer.enter(r"HKCU\Software\Wine", "Version", "REG_SZ", "win10");
        computer
    }

    /// Writes a value into the registry.
    fn enter(&self, key: &str, name: &str, kind: &str, value: &str) {
        let mut add = self.wine.session.command("wine");
        add.args(["reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f"]);
        let added = self.wine.output(add);
        assert!(added.status.success(), "{added:?}");
    }

    /// The user's folder, as it is on the machine below wine.
    fn home(&self) -> PathBuf {
        self.prefix.join("drive_c/users").join(USER)
    }

    fn installed(&self, file: &str) -> PathBuf {
        self.home().join(PROGRAMS.replace('\\', "/")).join(file)
    }

    /// Runs the Setup program without questions.
    fn set_up(&self, arguments: &[&str]) {
        let setup = env::var_os("GPU_KEEPALIVE_SETUP").expect("the Setup program");
        let mut command = self.wine.session.command("wine");
        command.arg(setup).arg("/S").args(arguments);
        let ended = self.wine.output(command);
        assert!(ended.status.success(), "{ended:?}");
    }

    /// The user's registry, once nothing runs and wine has written it; without what wine itself keeps there.
    fn registry(&self) -> Registry {
        let mut wait = self.wine.session.command("wineserver");
        assert!(wait.arg("--wait").status().unwrap().success());
        let text = fs::read_to_string(self.prefix.join("user.reg")).unwrap();
        let mut registry = Registry::new();
        let mut key = None;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix('[') {
                let (name, _) = rest.split_once(']').unwrap();
                let of_wine = ["Console", r"Software\\Wine"];
                let is_of_wine = of_wine.iter().any(|start| name.starts_with(start));
                key = (!is_of_wine).then(|| name.to_owned());
            } else if let Some(key) = &key
                && line.starts_with(['"', '@'])
            {
                let values: &mut BTreeSet<_> = registry.entry(key.clone()).or_default();
                values.insert(line.to_owned());
            }
        }
        registry
    }

    /// Every file and folder on C:, temporary ones left out.
    fn files(&self) -> BTreeSet<String> {
        let drive = self.prefix.join("drive_c");
        let temporary = self.home().join("Temp");
        let mut open = vec![drive.clone()];
        let mut found = BTreeSet::new();
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let entry = entry.unwrap();
                let path = entry.path();
                if path == temporary {
                    continue;
                }
                found.insert(path.strip_prefix(&drive).unwrap().display().to_string());
                if entry.file_type().unwrap().is_dir() {
                    open.push(path);
                }
            }
        }
        found
    }

    fn runs_server(&self) -> bool {
        let mut processes = self.wine.session.processes().into_iter();
        processes.any(|pid| {
            let arguments = arguments_of(pid);
            arguments.first().is_some_and(|name| name.ends_with(SERVER))
        })
    }

    /// Waits for the app's end; panics unless it was asked to end, as often as that since the start.
    async fn wait_for_orderly_end(&self, app: &mut Running, times: usize) {
        assert!(app.wait_for_end().await.success());
        let log = self.wine.log();
        let orderly = log.matches("stopping: releasing every GPU").count();
        assert_eq!(orderly, times, "killed: {log}");
    }

    async fn wait_for_another_engine(&self, than: Option<u32>) -> u32 {
        let is = |status: &Status| Some(status.engine.pid) != than && !status.gpus.is_empty();
        let status = self.wine.wait_for_status("an engine", is).await;
        assert!(status.engine.simulated);
        status.engine.pid
    }

    fn setting(&self, key: &str) -> String {
        let answer = self.wine.ask(&["settings", "get", key]);
        String::from_utf8_lossy(&answer.stdout).trim().to_owned()
    }
}

/// The line of a value's name.
fn value<'a>(registry: &'a Registry, key: &str, name: &str) -> &'a str {
    let start = format!("\"{name}\"=");
    let mut values = registry.get(key).into_iter().flatten();
    let line = values.find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_else(|| panic!("no {name} in {key}: {registry:#?}"))
}

/// As in a registry file of wine.
fn in_registry(path: &str) -> String {
    let path = format!(r"C:\users\USER\{path}").replace('\\', r"\\");
    path.replace("USER", USER_IN_REGISTRY)
}

#[tokio::test]
#[ignore = "needs the Setup program and wine: cargo xtask bundle --windows --check"]
async fn it_installs_upgrades_the_running_app_and_leaves_nothing_but_settings() {
    let computer = Computer::start();
    let wine = &computer.wine;
    // Longer than NSIS can hold a text, and with a variable that has to stay one.
    let long: String = (0..60)
        .map(|n| format!(r";C:\tools\program number {n}\bin"))
        .collect();
    let path = format!(r"%USERPROFILE%\bin{long}");
    assert!(path.len() > 1024);
    computer.enter(r"HKCU\Environment", "Path", "REG_EXPAND_SZ", &path);
    let (registry_before, files_before) = (computer.registry(), computer.files());
    let in_file = path.replace('\\', r"\\");
    let path_before = format!("str(2):\"{in_file}\"");
    assert_eq!(value(&registry_before, ENVIRONMENT, "Path"), path_before);

    computer.set_up(&["/LOGIN"]);
    let registry = computer.registry();
    for file in INSTALLED {
        assert!(computer.installed(file).is_file(), "{file}");
    }
    let folder = in_registry(PROGRAMS);
    let path_with_ours = format!("str(2):\"{in_file};{folder}\"");
    assert_eq!(value(&registry, ENVIRONMENT, "Path"), path_with_ours);
    let at_login = format!(r#""\"{folder}\\{APP}\" --hidden""#);
    assert_eq!(value(&registry, RUN, "GPU Keepalive"), at_login);
    let app_id = format!(r"Software\\Classes\\AppUserModelId\\{APP_ID}");
    assert_eq!(
        value(&registry, &app_id, "DisplayName"),
        "\"GPU Keepalive\""
    );
    let uninstall = format!(r"Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{APP_ID}");
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!(value(&registry, &uninstall, "DisplayVersion"), version);
    let shortcut = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/GPU Keepalive.lnk";
    assert!(computer.home().join(shortcut).is_file());
    assert_eq!(computer.setting("app.start_at_login"), "true");

    // As the Task Manager does it.
    let off = "030000005a10d16c1e60da01";
    computer.enter(APPROVED, "GPU Keepalive", "REG_BINARY", off);
    let mut app = wine.spawn(APP, &["--hidden"]);
    let first = computer.wait_for_another_engine(None).await;
    let set = wine.ask(&["settings", "set", "mode", "always"]);
    assert!(set.status.success(), "{set:?}");
    // Stands for a server, which an upgrade must not end.
    let mut server = wine.spawn(COMMAND_LINE, &["inference", "--", SERVER]);
    soon("the server", async || computer.runs_server().then_some(())).await;
    let shipped = [COMMAND_LINE, "LICENSE"].map(|file| computer.installed(file));
    let whole = shipped.each_ref().map(|file| fs::read(file).unwrap());
    fs::write(&shipped[1], "of an earlier version").unwrap();

    computer.set_up(&[]);
    computer.wait_for_orderly_end(&mut app, 1).await;
    computer.wait_for_another_engine(Some(first)).await;
    assert_eq!(computer.setting("mode"), "\"always\"");
    for (file, whole) in shipped.iter().zip(whole) {
        assert!(fs::read(file).unwrap() == whole, "{}", file.display());
    }
    assert!(computer.runs_server() && server.0.try_wait().unwrap().is_none());
    let folder = fs::read_dir(computer.installed("")).unwrap();
    let renamed = folder.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".old")
    });
    assert_eq!(renamed.count(), 1);
    let mut end = wine.session.command("wine");
    end.args(["taskkill", "/F", "/IM", SERVER]);
    assert!(wine.output(end).status.success());
    server.wait_for_end().await;
    assert!(wine.ask(&["quit"]).status.success());
    wine.wait_until_nothing_is_left().await;
    let registry = computer.registry();
    assert_eq!(value(&registry, ENVIRONMENT, "Path"), path_with_ours);
    assert_eq!(value(&registry, RUN, "GPU Keepalive"), at_login);
    let approved = RUN.replace("Run", r"Explorer\\StartupApproved\\Run");
    let word = value(&registry, &approved, "GPU Keepalive");
    assert!(word.starts_with("hex:03,"), "switched on again: {word}");

    let mut app = wine.spawn(APP, &["--hidden"]);
    computer.wait_for_another_engine(None).await;
    let mut remove = wine.command("uninstall.exe");
    assert!(remove.arg("/S").status().unwrap().success());
    computer.wait_for_orderly_end(&mut app, 2).await;
    soon("the removal of the folder", async || {
        (!computer.installed("").exists()).then_some(())
    })
    .await;
    let left = computer.registry();
    assert_eq!(value(&left, ENVIRONMENT, "Path"), path_before);
    assert_eq!(left, registry_before);
    let files = computer.files();
    let kept = ["Roaming", "Local"].map(|of| format!("users/{USER}/AppData/{of}/gpu-keepalive"));
    let left: Vec<_> = files
        .difference(&files_before)
        .filter(|file| !kept.iter().any(|folder| file.starts_with(folder)))
        .collect();
    assert!(left.is_empty(), "left after removal: {left:?}");
    let settings = computer
        .home()
        .join("AppData/Roaming/gpu-keepalive/settings.toml");
    let settings = fs::read_to_string(settings).unwrap();
    assert!(settings.contains("mode = \"always\""), "{settings}");
    assert!(!wine.log().contains("panicked"));
}
