//! The languages, and the one in force.

use std::{
    cell::Cell,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::bundle::Bundle;

/// A language that has a file, read when it is first used.
struct File {
    code: &'static str,
    bundle: LazyLock<Bundle>,
}

macro_rules! languages {
    ($($code:literal),+) => {
        [$(File {
            code: $code,
            bundle: LazyLock::new(|| {
                Bundle::new($code, include_str!(concat!("../locales/", $code, ".ftl")))
            }),
        }),+]
    };
}

/// Each by its file. English comes first: it is complete, and what another language lacks is
/// English.
static FILES: [File; 2] = languages!["en", "de"];

static CHOSEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static WITHIN: Cell<Option<Language>> = const { Cell::new(None) };
}

/// One of the languages that have a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Language(usize);

impl Language {
    /// The language of a process that chose none.
    pub const ENGLISH: Self = Self(0);

    /// Every language.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..FILES.len()).map(Self)
    }

    /// Returns its code: `de`.
    pub fn code(self) -> &'static str {
        FILES[self.0].code
    }

    /// Returns the language of a locale such as `de_AT.UTF-8`, `de-AT` or `de`; `None` for one
    /// without a file.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let end = locale.find(|c: char| !c.is_ascii_alphanumeric());
        let wanted = &locale[..end.unwrap_or(locale.len())];
        Self::all().find(|language| language.code().eq_ignore_ascii_case(wanted))
    }

    /// Returns the language in force on this thread.
    pub fn current() -> Self {
        let within = WITHIN.get();
        within.unwrap_or_else(|| Self(CHOSEN.load(Ordering::Relaxed)))
    }

    /// Makes it the language of this process.
    pub fn set(self) {
        CHOSEN.store(self.0, Ordering::Relaxed);
    }

    /// Calls `make` with this language in force on this thread, whatever that of the process is:
    /// for a report that is given to others, and for tests.
    pub fn within<T>(self, make: impl FnOnce() -> T) -> T {
        struct Restore(Option<Language>);
        impl Drop for Restore {
            fn drop(&mut self) {
                WITHIN.set(self.0);
            }
        }
        let _restore = Restore(WITHIN.replace(Some(self)));
        make()
    }

    pub(crate) fn bundle(self) -> &'static Bundle {
        &FILES[self.0].bundle
    }
}
