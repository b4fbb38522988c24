use std::{collections::BTreeMap, os::unix::fs::symlink};

use tempfile::TempDir;

use super::*;

type Days = BTreeMap<String, f64>;

fn days() -> Days {
    [("2026-11-22", 0.4), ("2026-11-23", 12.5)]
        .map(|(day, wh)| (day.to_owned(), wh))
        .into()
}

fn none() -> Days {
    Days::new()
}

/// A folder and the path of a file in it.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("energy.json");
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn aside(path: &Path, ending: &str) -> PathBuf {
    path.with_file_name(format!("energy.json.set-aside{ending}"))
}

#[test]
fn what_was_saved_is_loaded_and_nothing_else_is_left() {
    let (folder, _) = place();
    let path = folder.path().join("state/gpu-keepalive/energy.json");
    assert_eq!(load::<Days>(&path), none());
    let (mut file, _) = StoredFile::load::<Days>(&path);
    for value in [none(), days()] {
        assert_eq!(file.replace(&value), Ok(None));
        assert_eq!(load::<Days>(&path), value);
    }
    save(&path, &none()).unwrap();
    assert_eq!(load::<Days>(&path), none());
    assert_eq!(names(path.parent().unwrap()), ["energy.json"]);
}

#[test]
fn a_file_cut_at_any_byte_is_kept_beside_every_earlier_one() {
    let (folder, path) = place();
    let whole = serde_json::to_vec(&days()).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(load::<Days>(&path), none(), "{length} bytes");
        assert_eq!(fs::read(&path).unwrap(), &whole[..length], "only read");
        save(&path, &days()).unwrap();
        assert_eq!(load::<Days>(&path), days());
    }
    for length in 0..whole.len() {
        let ending = match length {
            0 => String::new(),
            _ => format!("-{}", length + 1),
        };
        let kept = fs::read(aside(&path, &ending)).unwrap();
        assert_eq!(kept, &whole[..length]);
    }
    assert_eq!(names(folder.path()).len(), whole.len() + 1);
}

/// Puts something in the file's place.
type Put = fn(&Path);

const STRANGE: [(&str, Put); 10] = [
    // Opened, and then no byte can be read: EIO, for the administrator as well.
    ("unreadable", |path| {
        symlink("/proc/self/mem", path).unwrap();
    }),
    ("binary", |path| fs::write(path, b"\xff\xfe\x00").unwrap()),
    ("a list", |path| fs::write(path, "[1, 2]").unwrap()),
    ("two values", |path| fs::write(path, "{} {}").unwrap()),
    ("empty", |path| fs::write(path, "").unwrap()),
    ("a folder", |path| {
        fs::create_dir(path).unwrap();
        fs::write(path.join("mine"), "precious").unwrap();
    }),
    ("a pipe", |path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    }),
    ("a socket", |path| {
        drop(std::os::unix::net::UnixListener::bind(path).unwrap());
    }),
    ("a link to nothing", |path| {
        symlink("/no/such/file", path).unwrap();
    }),
    ("a link to a device", |path| {
        symlink("/dev/null", path).unwrap()
    }),
];

/// The kind of a path, as far as it is known without opening it.
fn kind(path: &Path) -> String {
    let found = fs::symlink_metadata(path).unwrap();
    let link = fs::read_link(path).ok();
    format!("{:?} {link:?} {}", found.file_type(), found.len())
}

#[test]
fn nothing_that_cannot_be_read_or_understood_is_replaced() {
    for (what, put) in STRANGE {
        let (folder, path) = place();
        put(&path);
        let before = kind(&path);
        let (mut file, value) = StoredFile::load::<Days>(&path);
        assert_eq!(value, none(), "{what}");
        assert!(file.why_strange().is_some(), "{what}");
        assert_eq!(names(folder.path()), ["energy.json"], "{what}");

        let notice = file.replace(&days()).expect(what).expect(what);
        for part in [&*path.to_string_lossy(), "energy.json.set-aside"] {
            assert!(notice.contains(part), "{what}: {notice}");
        }
        assert_eq!(kind(&aside(&path, "")), before, "{what}");
        assert_eq!(load::<Days>(&path), days(), "{what}");
        // That is reported once.
        assert_eq!(file.replace(&none()), Ok(None), "{what}");
    }
}

#[test]
fn what_appears_or_changes_while_we_run_is_set_aside() {
    let others = br#"{"2026-11-01":7.5}"#;
    for (what, put) in STRANGE.into_iter().chain([(
        "another's",
        (|path| fs::write(path, br#"{"2026-11-01":7.5}"#).unwrap()) as Put,
    )]) {
        for written_before in [false, true] {
            let (_folder, path) = place();
            let (mut file, _) = StoredFile::load::<Days>(&path);
            if written_before {
                file.replace(&none()).unwrap();
                fs::remove_file(&path).unwrap();
            }
            put(&path);
            let before = kind(&path);
            let notice = file.replace(&days()).expect(what).expect(what);
            assert!(notice.contains("set aside"), "{what}: {notice}");
            assert_eq!(kind(&aside(&path, "")), before, "{what}");
            assert_eq!(load::<Days>(&path), days(), "{what}");
        }
    }
    let (_folder, path) = place();
    let (mut file, _) = StoredFile::load::<Days>(&path);
    file.replace(&days()).unwrap();
    fs::write(&path, others).unwrap();
    file.replace(&days()).unwrap().expect("written in place");
    assert_eq!(fs::read(aside(&path, "")).unwrap(), others);
    // Removed, there is nothing to keep.
    fs::remove_file(&path).unwrap();
    assert_eq!(file.replace(&days()), Ok(None));
}

#[test]
fn a_program_that_keeps_writing_it_does_not_fill_the_disk() {
    let (folder, path) = place();
    let (mut file, _) = StoredFile::load::<Days>(&path);
    for round in 0..10 {
        fs::write(&path, format!("{round}")).unwrap();
        let result = file.replace(&days());
        assert_eq!(result.is_ok(), round < 3, "{round}: {result:?}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "9");
    assert_eq!(names(folder.path()).len(), 4);
}

#[test]
fn a_link_to_a_file_of_ours_stays() {
    let (folder, path) = place();
    fs::create_dir(folder.path().join("synced")).unwrap();
    let target = folder.path().join("synced/e.json");
    save(&target, &none()).unwrap();
    symlink("synced/e.json", &path).unwrap();
    let (mut file, _) = StoredFile::load::<Days>(&path);
    assert_eq!(file.replace(&days()), Ok(None));
    assert_eq!(load::<Days>(&target), days());
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());

    // One to a damaged file is set aside itself, and the file stays where it is.
    fs::write(&target, "{").unwrap();
    let (mut file, _) = StoredFile::load::<Days>(&path);
    file.replace(&days()).unwrap().expect("a notice");
    assert_eq!(fs::read_to_string(&target).unwrap(), "{");
    assert_eq!(
        fs::read_link(aside(&path, "")).unwrap(),
        Path::new("synced/e.json")
    );
    assert_eq!(load::<Days>(&path), days());
}

#[test]
fn what_cannot_be_set_aside_stays_and_nothing_is_written() {
    let (folder, path) = place();
    fs::write(&path, "{").unwrap();
    for number in 1..=1000 {
        let ending = match number {
            1 => String::new(),
            _ => format!("-{number}"),
        };
        fs::write(aside(&path, &ending), "earlier").unwrap();
    }
    let (mut file, _) = StoredFile::load::<Days>(&path);
    let error = file.replace(&days()).unwrap_err();
    for part in ["energy.json", "cannot be set aside", "nothing is written"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "{");
    assert_eq!(names(folder.path()).len(), 1001);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_and_leaves_what_is_there() {
    let (folder, path) = place();
    fs::write(&path, "not a folder").unwrap();
    assert!(save(&path.join("energy.json"), &days()).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "not a folder");
    assert_eq!(names(folder.path()), ["energy.json"]);
}

#[test]
fn a_full_disk_is_an_error_and_leaves_the_file() {
    // No process may write more than one block of 1024 bytes.
    let (folder, path) = place();
    save(&path, &days()).unwrap();
    let before = fs::read(&path).unwrap();
    let limited = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ && ulimit -f 1 && exec \"$0\" --exact store::tests::writes_too_much --ignored"])
        .arg(std::env::current_exe().unwrap())
        .env("STORE_TEST_FILE", &path)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&limited.stdout).into_owned();
    assert!(limited.status.success(), "{output}");
    assert!(output.contains("1 passed"), "{output}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(folder.path()), ["energy.json"]);
}

/// For [`a_full_disk_is_an_error_and_leaves_the_file`], in a process of its own.
#[test]
#[ignore = "run by another test"]
fn writes_too_much() {
    let path = PathBuf::from(std::env::var_os("STORE_TEST_FILE").unwrap());
    let (mut file, _) = StoredFile::load::<Days>(&path);
    let many: Days = (0..1000).map(|day| (format!("day {day}"), 1.0)).collect();
    let error = file.replace(&many).unwrap_err();
    assert!(error.contains("cannot be written"), "{error}");
}

#[test]
fn what_a_file_has_is_quoted_on_one_line_and_not_for_pages() {
    let kind = format!("\"\\u001b[2J{}\"", "x".repeat(100_000));
    let why = parse::<gpu_keepalive_core::gpu::PowerSource>(kind.as_bytes()).unwrap_err();
    assert!(
        why.starts_with("cannot be understood (unknown variant"),
        "{why}"
    );
    assert!(
        !why.contains(char::is_control) && why.len() < 300,
        "{why:?}"
    );
}
