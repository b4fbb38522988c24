use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A page of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub(crate) enum Page {
    /// The state of the GPUs.
    #[default]
    Overview,
    /// Models for this card.
    Models,
    /// The settings.
    Settings,
    /// The findings.
    Diagnostics,
    /// The first minute.
    Setup,
}

impl Page {
    /// Its name in the address, on the command line and in events.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Models => "models",
            Self::Settings => "settings",
            Self::Diagnostics => "diagnostics",
            Self::Setup => "setup",
        }
    }
}
