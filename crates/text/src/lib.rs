//! Every text that a face shows, by key and language. A language is one file in `locales/`, in
//! [Fluent's format](https://projectfluent.org), and one line of [`language`]; the window's pages
//! read the same files.
//!
//! [`text!`] renders a key with its arguments where the sentence is needed. Nothing here reads the
//! environment: a program sets its language once, when it starts ([`Language::set`]).

// The library is checked without its tests as well.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        reason = "tests read the folder of the files"
    )
)]

mod argument;
mod bundle;
pub mod language;
mod number;

pub use argument::Argument;
pub use language::Language;
pub use number::{decimal, grouped, number};

/// A text without arguments, and the attributes that belong to it. Made by [`key!`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(&'static str);

impl Key {
    #[doc(hidden)]
    pub const fn of_literal(key: &'static str) -> Self {
        Self(key)
    }

    /// Returns the key itself.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Returns the text.
    pub fn text(self) -> String {
        bundle::render(self.0, None, &[])
    }

    /// Returns the text of that attribute.
    pub fn attribute(self, attribute: &str) -> String {
        bundle::render(self.0, Some(attribute), &[])
    }
}

/// A [`Key`](crate::Key) for a table. `tests/tidy/texts.rs` finds the keys in use by this name, so
/// a key is always a literal.
#[macro_export]
macro_rules! key {
    ($key:literal) => {
        $crate::Key::of_literal($key)
    };
}

/// Renders a text in the language in force: `text!("wakes", wake_ms = 12)`, with an argument for
/// each variable of the text.
#[macro_export]
macro_rules! text {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::render($key, &[$((stringify!($name), $crate::Argument::from($value))),*])
    };
}

#[doc(hidden)]
pub fn render(key: &str, arguments: &[(&'static str, Argument<'_>)]) -> String {
    bundle::render(key, None, arguments)
}

#[cfg(test)]
mod tests;
