use proptest::prelude::*;

use super::*;

const APP_PATH: &str = "/usr/bin/gpu-keepalive-app";

fn state(text: &str) -> LoginEntryState {
    let exists =
        |program: &str| Some(program == APP_PATH || program == "/opt/My Apps/gpu-keepalive-app");
    let entry = DesktopEntry::parse(text);
    entry.map_or(LoginEntryState::Absent, |entry| entry.state(exists))
}

/// The menu entry of the package, as a user or KDE copies it.
fn packaged() -> String {
    include_str!("../../../../packaging/gpu-keepalive.desktop")
        .replace("Exec=gpu-keepalive-app", &format!("Exec={APP_PATH}"))
}

#[test]
fn what_is_written_is_on_and_ours() {
    let text = desktop_entry(APP_PATH);
    insta::assert_snapshot!(text, @r#"
    [Desktop Entry]
    Type=Application
    Name=GPU Keepalive
    Comment=Keeps the GPU ready for local AI
    TryExec=/usr/bin/gpu-keepalive-app
    Exec="/usr/bin/gpu-keepalive-app" --hidden
    Icon=gpu-keepalive
    Terminal=false
    X-GNOME-Autostart-enabled=true
    X-GPU-Keepalive-Written-By=gpu-keepalive-app
    "#);
    assert_eq!(state(&text), LoginEntryState::On);
    assert!(DesktopEntry::parse(&text).unwrap().ours);
    // What version 0.1 wrote.
    let unmarked = text.replace("X-GPU-Keepalive-Written-By=gpu-keepalive-app\n", "");
    assert!(DesktopEntry::parse(&unmarked).unwrap().ours);
}

#[test]
fn entries_are_in_the_state_in_which_desktops_leave_them() {
    let ours = desktop_entry(APP_PATH);
    let with = |text: &str, line: &str| format!("{text}{line}\n");
    let gnome_off = ours.replace("enabled=true", "enabled=false");
    // xfce4-session rewrites the entry with keys of its own.
    let xfce_off = "[Desktop Entry]\nEncoding=UTF-8\nVersion=0.9.4\nType=Application\n\
                    Name=GPU Keepalive\nComment=\nExec=/usr/bin/gpu-keepalive-app --hidden\n\
                    OnlyShowIn=XFCE;\nRunHook=0\nStartupNotify=false\nTerminal=false\nHidden=true\n";
    let auto_launch = "[Desktop Entry]\nType=Application\nVersion=1.0\nName=gpu-keepalive\n\
                       Comment=gpu-keepalivestartup script\n\
                       Exec=/opt/My Apps/gpu-keepalive-app --hidden\nStartupNotify=false\n\
                       Terminal=false";
    let cases = [
        (ours.clone(), LoginEntryState::On),
        (gnome_off, LoginEntryState::OffByUser),
        (
            with(&ours, "X-GNOME-Autostart-enabled=false"),
            LoginEntryState::OffByUser,
        ),
        (
            with(&ours, "X-MATE-Autostart-enabled=false"),
            LoginEntryState::OffByUser,
        ),
        (with(&ours, "Hidden=true"), LoginEntryState::OffByUser),
        (with(&ours, "Hidden=false"), LoginEntryState::On),
        (
            with(&ours, "[Desktop Action Quit]\nHidden=true\nExec=gone"),
            LoginEntryState::On,
        ),
        (xfce_off.to_owned(), LoginEntryState::OffByUser),
        (
            xfce_off.replace("Hidden=true", "Hidden=false"),
            LoginEntryState::On,
        ),
        (packaged(), LoginEntryState::On),
        (with(&packaged(), "Hidden=true"), LoginEntryState::OffByUser),
        (auto_launch.to_owned(), LoginEntryState::Broken),
        (
            desktop_entry("/opt/gone/gpu-keepalive-app"),
            LoginEntryState::Broken,
        ),
        (with(&ours, "TryExec=/opt/gone"), LoginEntryState::Broken),
        (
            "[Desktop Entry]\nExec=env GDK_SCALE=2 /usr/bin/gpu-keepalive-app\n".to_owned(),
            LoginEntryState::On,
        ),
        (
            "[Desktop Entry]\nExec=/opt/other gpu-keepalive\n".to_owned(),
            LoginEntryState::Absent,
        ),
        (
            "[Desktop Entry]\nExec=\"/usr/bin/gpu-keepalive-app\n".to_owned(),
            LoginEntryState::Absent,
        ),
        (String::new(), LoginEntryState::Absent),
    ];
    for (text, expected) in cases {
        assert_eq!(state(&text), expected, "{text}");
    }
    assert!(!DesktopEntry::parse(&packaged()).unwrap().ours);
    assert!(!DesktopEntry::parse(xfce_off).unwrap().ours);
}

#[test]
fn an_entry_is_switched_off_and_on_without_a_change_to_the_rest() {
    let text = format!(
        "# Mine.\n{}\n[Desktop Action New]\nHidden=false\nExec=gone\n",
        packaged()
    );
    let off = switched(&text, false);
    assert_eq!(state(&off), LoginEntryState::OffByUser);
    assert!(
        off.starts_with("# Mine.\n[Desktop Entry]\nHidden=true\n"),
        "{off}"
    );
    let on = switched(&off, true);
    assert_eq!(state(&on), LoginEntryState::On);
    let keys = "Hidden=false\nX-GNOME-Autostart-enabled=true\n";
    assert_eq!(on.replacen(keys, "", 1), text);
}

#[test]
fn any_path_is_one_argument() {
    for (path, written) in [
        ("/opt/My Apps/app", r#""/opt/My Apps/app""#),
        (r#"/a"b`c$d"#, r#""/a\\"b\\`c\\$d""#),
        (r"/a\b", r#""/a\\\\b""#),
        ("/100%/app", r#""/100%%/app""#),
    ] {
        assert_eq!(quoted(path), written);
    }
}

proptest! {
    #[test]
    fn every_path_is_read_as_it_was_written(folder in "[^\\x00/\n\r]{0,20}") {
        let program = format!("/x/{folder}/gpu-keepalive-app");
        let entry = DesktopEntry::parse(&desktop_entry(&program)).expect("an entry of ours");
        prop_assert_eq!(&entry.program, &program);
        prop_assert_eq!(entry.try_exec.as_deref(), Some(program.as_str()));
        prop_assert_eq!(entry.arguments, [HIDDEN]);
    }

    #[test]
    fn no_text_is_too_much(text in "(\\[Desktop Entry\\]\n)?(Exec=)?.{0,60}(\n.{0,20}){0,5}") {
        let _ = DesktopEntry::parse(&text);
        let _ = DesktopEntry::parse(&switched(&text, true));
        let _ = run_key::program(&text);
    }
}
