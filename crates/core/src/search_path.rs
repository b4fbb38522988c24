//! The user's `PATH` on Windows, with a folder of this project added or removed. Every other part of it
//! stays as it is written, whatever its length.

const SEPARATOR: char = ';';

/// That `PATH` with the folder at its end; `None` if it has the folder already.
pub fn with(path: &str, folder: &str) -> Option<String> {
    if names(path, folder) {
        None
    } else if path.is_empty() {
        Some(folder.to_owned())
    } else if path.ends_with(SEPARATOR) {
        // As it ended before: so that the removal gives the very same text.
        Some(format!("{path}{folder}{SEPARATOR}"))
    } else {
        Some(format!("{path}{SEPARATOR}{folder}"))
    }
}

/// That `PATH` without the folder; `None` if it does not have it.
pub fn without(path: &str, folder: &str) -> Option<String> {
    let entries = path.split(SEPARATOR);
    let others: Vec<_> = entries.filter(|entry| !is_same(entry, folder)).collect();
    names(path, folder).then(|| others.join(";"))
}

fn names(path: &str, folder: &str) -> bool {
    path.split(SEPARATOR).any(|entry| is_same(entry, folder))
}

/// As Windows compares them: quotes, a backslash at the end and the case of letters do not count.
fn is_same(entry: &str, folder: &str) -> bool {
    let plain = |path: &str| {
        let path = path.trim().trim_matches('"');
        path.trim_end_matches(['\\', '/']).to_lowercase()
    };
    let entry = plain(entry);
    !entry.is_empty() && entry == plain(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = r"C:\Users\Ada Łovelace\AppData\Local\Programs\GPU Keepalive";

    #[test]
    fn the_folder_is_added_once() {
        for (path, expected) in [
            ("", OURS.to_owned()),
            (r"C:\a", format!(r"C:\a;{OURS}")),
            (r"C:\a;", format!(r"C:\a;{OURS};")),
            (
                r"%USERPROFILE%\bin;;C:\b",
                format!(r"%USERPROFILE%\bin;;C:\b;{OURS}"),
            ),
        ] {
            let added = with(path, OURS).unwrap();
            assert_eq!(added, expected);
            assert_eq!(with(&added, OURS), None);
            assert_eq!(without(&added, OURS).unwrap(), path);
            assert_eq!(without(path, OURS), None);
        }
    }

    #[test]
    fn it_is_found_however_it_is_written() {
        let upper = OURS.to_uppercase();
        for entry in [
            format!("{OURS}\\"),
            format!("\"{OURS}\""),
            format!(" {OURS} "),
            upper,
        ] {
            let path = format!(r"C:\a;{entry};C:\b");
            assert_eq!(with(&path, OURS), None, "{path}");
            assert_eq!(without(&path, OURS).unwrap(), r"C:\a;C:\b", "{path}");
        }
    }

    #[test]
    fn a_folder_below_or_above_is_another_one() {
        let path = format!(r"{OURS}\more;C:\Users\Ada Łovelace\AppData\Local\Programs");
        assert_eq!(without(&path, OURS), None);
        assert!(with(&path, OURS).is_some());
    }

    #[test]
    fn a_path_of_any_length_stays_whole() {
        let long = (0..600).map(|n| format!(r"C:\tools\program {n}\bin"));
        let long = long.collect::<Vec<_>>().join(";");
        assert!(long.len() > 8192);
        let added = with(&long, OURS).unwrap();
        assert!(added.starts_with(&long) && added.ends_with(OURS));
        assert_eq!(without(&added, OURS).unwrap(), long);
    }
}
