//! One language's file, read.

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::{Argument, Language};

pub(crate) struct Bundle(FluentBundle<FluentResource>);

impl Bundle {
    /// Reads a file. What cannot be read of it is missing; the tests find it.
    pub(crate) fn new(code: &str, source: &str) -> Self {
        let language: LanguageIdentifier = code.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Its marks around each value are for text of both directions, and every terminal shows them.
        bundle.set_use_isolating(false);
        let file = FluentResource::try_new(source.to_owned());
        let file = file.unwrap_or_else(|(file, errors)| {
            debug_assert!(errors.is_empty(), "{code}.ftl: {errors:?}");
            file
        });
        let added = bundle.add_resource(file);
        debug_assert!(added.is_ok(), "{code}.ftl: {added:?}");
        Self(bundle)
    }

    fn render(
        &self,
        key: &str,
        attribute: Option<&str>,
        arguments: &FluentArgs<'_>,
    ) -> Option<String> {
        let message = self.0.get_message(key)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut errors = Vec::new();
        let text = self
            .0
            .format_pattern(pattern, Some(arguments), &mut errors)
            .into_owned();
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        Some(text)
    }
}

/// Renders a text in the language in force, else in English. A key that is in no file is a bug,
/// which a test finds; it is shown as it is.
pub(crate) fn render(
    key: &str,
    attribute: Option<&str>,
    arguments: &[(&'static str, Argument<'_>)],
) -> String {
    let mut values = FluentArgs::with_capacity(arguments.len());
    for (name, argument) in arguments {
        values.set(*name, argument.value());
    }
    let text = |language: Language| language.bundle().render(key, attribute, &values);
    let text = text(Language::current()).or_else(|| text(Language::ENGLISH));
    debug_assert!(text.is_some(), "no text: {key} {attribute:?}");
    text.unwrap_or_else(|| key.to_owned())
}
