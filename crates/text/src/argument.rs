use std::borrow::Cow;

use fluent_bundle::FluentValue;

/// The value of a variable: a text, or a whole number, by which a text may choose its form
/// (`1 hour`, `2 hours`). A number with decimals is written by [`decimal`](crate::decimal) first.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument<'a> {
    /// A text, as it is.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(u64),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Argument<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Argument<'_> {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<u32> for Argument<'_> {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<usize> for Argument<'_> {
    fn from(number: usize) -> Self {
        Self::Whole(number.try_into().unwrap_or(u64::MAX))
    }
}

impl<'a> Argument<'a> {
    pub(crate) fn value(&'a self) -> FluentValue<'a> {
        match self {
            Self::Text(text) => FluentValue::String(Cow::Borrowed(text)),
            // Fluent's numbers are `f64`; a larger one is not counted by a person.
            Self::Whole(number) if *number < 1 << 53 => FluentValue::from(*number),
            Self::Whole(number) => FluentValue::String(number.to_string().into()),
        }
    }
}
