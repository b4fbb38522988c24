//! Values of a catalogue file that are checked while they are read.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, Unexpected, Visitor},
};

/// A whole number within bounds.
#[derive(Clone, Copy)]
pub(super) struct Whole<T, const LOW: u64, const HIGH: u64>(pub(super) T);

/// A decimal number of billions of parameters.
#[derive(Clone, Copy)]
pub(super) struct Billions(pub(super) f64);

/// Any width or count.
pub(super) type Count = Whole<u32, 1, 1_000_000>;

impl<'de, T: TryFrom<u64>, const LOW: u64, const HIGH: u64> Deserialize<'de>
    for Whole<T, LOW, HIGH>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = WholeVisitor::<LOW, HIGH>(PhantomData);
        let number = deserializer.deserialize_any(visitor)?;
        let unexpected = Unexpected::Unsigned(number);
        let fits = T::try_from(number).map_err(|_| de::Error::invalid_value(unexpected, &visitor));
        fits.map(Self)
    }
}

#[derive(Clone, Copy)]
struct WholeVisitor<const LOW: u64, const HIGH: u64>(PhantomData<u64>);

impl<const LOW: u64, const HIGH: u64> Visitor<'_> for WholeVisitor<LOW, HIGH> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {LOW} to {HIGH}")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<u64, E> {
        u64::try_from(number)
            .ok()
            .filter(|number| (LOW..=HIGH).contains(number))
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

impl<'de> Deserialize<'de> for Billions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BillionsVisitor).map(Self)
    }
}

struct BillionsVisitor;

impl Visitor<'_> for BillionsVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of billions from 0.001 to 10000")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<f64, E> {
        if (0.001..=10_000.0).contains(&number) {
            return Ok(number);
        }
        Err(E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<f64, E> {
        self.visit_f64(number as f64)
    }
}

/// A text that is checked by a function, with what would be right.
macro_rules! checked_text {
    ($($(#[$meta:meta])* $name:ident, $check:expr, $right:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Deserialize)]
        #[serde(try_from = "String")]
        pub(super) struct $name(pub(super) String);

        impl TryFrom<String> for $name {
            type Error = &'static str;
            fn try_from(text: String) -> Result<Self, &'static str> {
                let check: fn(&str) -> bool = $check;
                if check(&text) { Ok(Self(text)) } else { Err($right) }
            }
        }
    )+};
}

checked_text! {
    /// A text on one line, which people are shown.
    Text, is_line, "write a text on one line, as in \"Qwen\"";
    /// A year and a month.
    Month, |text| is_date(text, 2), "write year and month as in \"2025-04\"";
    /// A day.
    Day, |text| is_date(text, 3), "write the day as in \"2026-11-28\"";
    /// An owner and a name on Hugging Face.
    Repository, is_repository, "name the repository as in \"Qwen/Qwen3-8B\"";
    /// A model and a tag of Ollama's.
    Tag, is_tag, "write a tag as in \"qwen3:8b-q4_K_M\"";
}

/// Whether it is not blank, and nothing in it would move the cursor of a terminal.
fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= 200 && !text.contains(char::is_control)
}

/// Whether it is a year from 2018 to 2099 and a month, with a day when there are three parts.
fn is_date(text: &str, parts: usize) -> bool {
    let numbers: Vec<_> = text.split('-').map(|part| (part.len(), part)).collect();
    let ranges = [(4, 2018..=2099), (2, 1..=12), (2, 1..=31)];
    numbers.len() == parts
        && numbers.iter().zip(ranges).all(|((length, part), range)| {
            let number = part
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse());
            *length == range.0 && matches!(number, Some(Ok(number)) if range.1.contains(&number))
        })
}

fn is_repository(text: &str) -> bool {
    let parts: Vec<_> = text.split('/').collect();
    parts.len() == 2 && parts.iter().all(|part| is_plain(part))
}

/// Whether it is a name, a colon and a tag that a shell takes as one word.
fn is_tag(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(name, tag)| name.split('/').all(is_plain) && is_plain(tag))
}

fn is_plain(part: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !part.is_empty() && !part.starts_with('-') && part.chars().all(plain)
}
