//! The user's language, as the system has it.

use gpu_keepalive_text::Language;

/// Makes the user's language the one of this process; English where its texts do not exist. For a
/// program to call when it starts: nothing else in this crate reads the user's locale.
pub fn use_language_of_user() {
    language_of_user().set();
}

#[cfg(windows)]
fn language_of_user() -> Language {
    first_known(sys_locale::get_locales())
}

#[cfg(not(windows))]
fn language_of_user() -> Language {
    from_variables(|name| std::env::var(name).ok())
}

/// As gettext: the first of three variables that is set is the locale, and `LANGUAGE` lists what is
/// preferred to its language, unless the locale is the one of programs.
#[cfg(not(windows))]
fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Language {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    let locale = locale.filter(|locale| {
        let name = locale.split(['.', '@']).next();
        !matches!(name, Some("C" | "POSIX"))
    });
    let Some(locale) = locale else {
        return Language::ENGLISH;
    };
    let preferred = set("LANGUAGE").unwrap_or_default();
    first_known(preferred.split(':').chain([locale.as_str()]))
}

fn first_known(locales: impl IntoIterator<Item: AsRef<str>>) -> Language {
    let mut locales = locales.into_iter();
    let known = locales.find_map(|locale| Language::of_locale(locale.as_ref()));
    known.unwrap_or_default()
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::from_variables;

    #[test]
    fn the_variables_choose_as_they_do_for_gettext() {
        let cases: [(&[(&str, &str)], &str); 12] = [
            (&[], "en"),
            (&[("LANG", "de_DE.UTF-8")], "de"),
            (&[("LANG", "fr_FR.UTF-8")], "en"),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], "en"),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C.UTF-8")], "en"),
            (&[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "POSIX")], "en"),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")], "de"),
            (&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "de_AT")], "de"),
            (&[("LANG", "en_US.UTF-8"), ("LC_TIME", "de_DE")], "en"),
            (&[("LANG", "en_US.UTF-8"), ("LANGUAGE", "nl:de:en")], "de"),
            (&[("LANG", "de_DE.UTF-8"), ("LANGUAGE", "en_GB:de")], "en"),
            (&[("LC_ALL", "C.UTF-8"), ("LANGUAGE", "de")], "en"),
        ];
        for (variables, expected) in cases {
            let value = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(from_variables(value).code(), expected, "{variables:?}");
        }
    }
}
