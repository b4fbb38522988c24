//! Settings that are one of a few values.

use std::{fmt, str::FromStr};

use gpu_keepalive_text::{Key, key};
use serde::{Deserialize, Serialize};

use super::field::Options;

/// `ALL`, `Display` and `FromStr` for a setting that is one of a few values.
macro_rules! words {
    ($name:ident, $what:literal, $(($word:literal, $variant:ident)),+) => {
        impl $name {
            /// Each with the name it has in settings, on the command line and in JSON.
            pub const ALL: &[(&str, Self)] = &[$(($word, Self::$variant)),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $word),+
                })
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let found = Self::ALL.iter().find(|(word, _)| *word == text);
                found.map(|(_, choice)| *choice).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|(word, _)| *word).collect();
                    format!("“{text}” is not a {}; use {}", $what, super::list::any_of(&words))
                })
            }
        }
    };
}

/// The rule for keeping the GPU ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// From start to stop.
    Always,
    /// As long as an AI program or any other compute process has the GPU open.
    WhileLoaded,
    /// From the first sign of demand until the warm window after the last.
    #[default]
    OnDemand,
}

words!(
    Mode,
    "mode",
    ("always", Always),
    ("while_loaded", WhileLoaded),
    ("on_demand", OnDemand)
);

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

/// The strategy that holds the clocks; the cheaper, the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Nothing is held; the clocks are raised for each request and released after it.
    Standby,
    /// The driver's boost request, renewed before it expires. No context, no VRAM.
    Boost,
    /// The driver's own prefer-maximum-performance for our process. No context, no VRAM.
    PowerMizer,
    /// An open CUDA context and nothing else.
    Context,
    /// A context and a tiny kernel at an interval.
    Pulse,
}

words!(
    Strategy,
    "strategy",
    ("standby", Standby),
    ("boost", Boost),
    ("power_mizer", PowerMizer),
    ("context", Context),
    ("pulse", Pulse)
);

impl Strategy {
    /// The strategies by which standby can raise the clocks, the quickest first.
    pub const RAISING: [Self; 2] = [Self::Boost, Self::PowerMizer];

    /// True if it opens a CUDA context, which takes VRAM.
    pub const fn takes_vram(self) -> bool {
        matches!(self, Self::Context | Self::Pulse)
    }
}

/// The strategy a user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrategyChoice {
    /// The cheapest that is seen to hold.
    #[default]
    Auto,
    /// Always this one.
    Standby,
    /// Always this one.
    Boost,
    /// Always this one.
    PowerMizer,
    /// Always this one.
    Context,
    /// Always this one.
    Pulse,
}

words!(
    StrategyChoice,
    "strategy",
    ("auto", Auto),
    ("standby", Standby),
    ("boost", Boost),
    ("power_mizer", PowerMizer),
    ("context", Context),
    ("pulse", Pulse)
);

impl StrategyChoice {
    /// The strategy when one is fixed.
    pub const fn fixed(self) -> Option<Strategy> {
        match self {
            Self::Auto => None,
            Self::Standby => Some(Strategy::Standby),
            Self::Boost => Some(Strategy::Boost),
            Self::PowerMizer => Some(Strategy::PowerMizer),
            Self::Context => Some(Strategy::Context),
            Self::Pulse => Some(Strategy::Pulse),
        }
    }
}

/// Which notifications are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notifications {
    /// None.
    Off,
    /// A thermal pause, a fault, and the recovery from either.
    #[default]
    Important,
    /// Every change of phase as well.
    All,
}

words!(
    Notifications,
    "choice of notifications",
    ("off", Off),
    ("important", Important),
    ("all", All)
);

/// The engine's own choice, then every strategy.
pub(super) const STRATEGIES: Options = &[
    ("auto", key!("choice-auto")),
    ("standby", key!("choice-standby")),
    ("boost", key!("choice-boost")),
    ("power_mizer", key!("choice-power-mizer")),
    ("context", key!("choice-context")),
    ("pulse", key!("choice-pulse")),
];
