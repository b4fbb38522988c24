//! Properties of every file and every sequence of changes.

use proptest::{collection::vec, prelude::*, sample::select};

use serde_json::{Value as Json, json};

use super::typed;
use crate::{
    protocol::{SettingKind, SettingsReport},
    settings::{Settings, SettingsFile, setting_keys},
};

/// Files in every style TOML has, each comment and each unknown key of its own name.
pub(super) const FILES: &[&str] = &[
    "",
    "# c1\nx1 = 1\n# c2\n",
    "# c1\nmode = 'always' # c2\nx1 = [1, # c3\n 2]\n\n# c4\n[thermal] # c5\n# c6\n\
     enabled=false # c7\nx2 = 'a'\n# c8\nmax_temperature = 60\n# c9\n[x3]\ny = 1 # c10\n# c11",
    "version = 1\r\n# c1\r\nthermal = { enabled = true, x1 = 2 } # c2\r\n\
     energy.currency = 'CHF' # c3\r\nenergy.x2 = 1\r\n# c4\r\n[app]\r\n# c5\r\n[pulse]\r\n",
    "\u{feff}# c1\nai_programs = [\n  # c2\n  'vllm', # c3\n  'comfyui' # c4\n]\ngpus = [ 0 , 1 ]\n\
     [[x1]]\na = 1 # c5\n[[x1]]\na = 2\n",
    "[app]\nstart_at_login = true\n# c1\n[app.x1]\n# c2\ny = 1\n[vram]\nreserve_mib = 'a' # c3",
];

/// A setting and a value for it, nearly always one that is accepted.
pub(super) fn change() -> impl Strategy<Value = (String, Option<Json>)> {
    let settings = SettingsFile::default().report("").settings;
    (select(settings), any::<u32>(), 0..5u32).prop_map(|(setting, seed, what)| {
        let value = match setting.kind {
            SettingKind::Bool => json!(seed % 2 == 0),
            SettingKind::Number {
                min, max, integer, ..
            } => {
                let number = min + (max - min) * f64::from(seed) / f64::from(u32::MAX);
                json!(if integer { number.round() } else { number })
            }
            SettingKind::Choice { options } => json!(options[seed as usize % options.len()].value),
            SettingKind::ChoiceList { options } => {
                json!([options[seed as usize % options.len()].value])
            }
            SettingKind::Text { .. } => json!(["EUR", "€", "'", "\"\\"][seed as usize % 4]),
            SettingKind::TextList | SettingKind::GpuList => [
                json!([0]),
                json!([1, 0]),
                json!([0, "GPU-1", 2]),
                json!([]),
                json!(["a", "b"]),
            ][seed as usize % 5]
                .clone(),
        };
        (setting.key, (what > 0).then_some(value))
    })
}

/// The names of all comments and unknown keys, in order.
pub(super) fn marks(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let marks = words.filter(|word| {
        word.strip_prefix(['c', 'x'])
            .is_some_and(|number| number.parse::<u32>().is_ok())
    });
    let mut marks: Vec<String> = marks.map(str::to_owned).collect();
    marks.sort();
    marks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_file_makes_it_panic(bytes in vec(any::<u8>(), 0..200)) {
        let file = SettingsFile::from_bytes(&bytes);
        prop_assert!(file.read_only().is_some() || file.text().as_bytes() == bytes);
    }

    #[test]
    fn no_damage_to_a_file_makes_it_panic(
        (file, at, byte) in (select(FILES), any::<prop::sample::Index>(), any::<u8>()),
    ) {
        let mut bytes = file.as_bytes().to_vec();
        bytes.push(b'\n');
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let mut damaged = SettingsFile::from_bytes(&bytes);
        let lines = bytes.split(|byte| *byte == b'\n').count();
        for problem in damaged.problems() {
            prop_assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)));
        }
        for key in setting_keys() {
            let before = damaged.text().to_owned();
            if damaged.set(key, None).is_err() {
                prop_assert_eq!(damaged.text(), before);
            }
        }
    }

    #[test]
    fn no_text_typed_makes_it_panic(key in select(setting_keys().collect::<Vec<_>>()), text in ".*") {
        let mut file = SettingsFile::default();
        match typed(&mut file, key, Some(&text)) {
            Ok(()) => prop_assert_eq!(file.problems(), []),
            Err(_) => prop_assert_eq!(file.text(), ""),
        }
    }

    #[test]
    fn changes_lose_nothing_and_touch_nothing_else(
        original in select(FILES),
        changes in vec(change(), 1..12),
    ) {
        let mut file = SettingsFile::parse(original);
        for (key, value) in changes {
            let before = file.clone();
            let mut expected = SettingsFile::default();
            let accepted = expected.set(&key, value.as_ref()).is_ok();
            prop_assert_eq!(file.set(&key, value.as_ref()).is_ok(), accepted, "{} {:?}", key, value);
            if !accepted {
                prop_assert_eq!(file.text(), before.text());
                continue;
            }
            prop_assert_eq!(file.read_only(), None, "{}", file.text());
            for other in setting_keys() {
                let right = if other == key { &expected } else { &before };
                prop_assert_eq!(file.get(other), right.get(other), "{}", file.text());
            }
            prop_assert_eq!(marks(file.text()), marks(original), "{}", file.text());
            let again = SettingsFile::parse(file.text());
            prop_assert_eq!(again.settings(), file.settings());
            let wire = serde_json::to_string(&file.report("")).unwrap();
            let report: SettingsReport = serde_json::from_str(&wire).unwrap();
            prop_assert_eq!(&Settings::from(&report), file.settings());
            let crlf = original.contains("\r\n");
            prop_assert_eq!(file.text().replace("\r\n", "").contains('\n'), !crlf && file.text().contains('\n'));
        }
    }

    #[test]
    fn a_problem_names_its_line(before in vec(select(&["", "# x", "\t", "# é"][..]), 0..20)) {
        let lines = before.len();
        let text = format!("{}\nmode = 5\n[thermal]\nenabled = 5\n", before.join("\n"));
        let file = SettingsFile::parse(&text);
        let line_of = |key: &str| file.problems().iter().find(|p| p.key == key).and_then(|p| p.line);
        let first = lines.max(1);
        prop_assert_eq!(line_of("mode"), Some(first + 1));
        prop_assert_eq!(line_of("thermal.enabled"), Some(first + 3));
    }
}
