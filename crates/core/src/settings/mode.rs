use super::Mode;

impl Mode {
    /// In the order they are offered: the one that uses the least energy first.
    pub const OFFERED: [Self; 3] = [Self::OnDemand, Self::WhileLoaded, Self::Always];

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OnDemand => "On demand",
            Self::WhileLoaded => "While a model is loaded",
            Self::Always => "Always on",
        }
    }

    /// Its effect, in one or two sentences.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::OnDemand => "Ready when you use your AI. Uses the least energy.",
            Self::WhileLoaded => "Ready as long as an AI program has a model loaded.",
            Self::Always => "At full speed all the time. Uses the most energy.",
        }
    }
}
