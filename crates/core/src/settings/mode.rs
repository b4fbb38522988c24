use gpu_keepalive_text::{Key, key};

use super::Mode;

impl Mode {
    /// In the order they are offered: the one that uses the least energy first.
    pub const OFFERED: [Self; 3] = [Self::OnDemand, Self::WhileLoaded, Self::Always];

    /// Its name for people.
    pub fn title(self) -> String {
        self.key().text()
    }

    /// Its effect, in one or two sentences.
    pub fn explanation(self) -> String {
        self.key().attribute("explanation")
    }

    pub(super) const fn key(self) -> Key {
        match self {
            Self::OnDemand => key!("mode-on-demand"),
            Self::WhileLoaded => key!("mode-while-loaded"),
            Self::Always => key!("mode-always"),
        }
    }
}
