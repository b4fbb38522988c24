//! Notifications as the desktop shows them; what is worth one is decided in [`alerts`].

use gpu_keepalive_core::alerts::{self, Kind};

use crate::{page::Page, tray::MenuAction};

/// A notification to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notification {
    pub(crate) title: String,
    pub(crate) body: String,
    /// True if it stays until it was seen.
    pub(crate) urgent: bool,
    /// The page that a click on it opens.
    pub(crate) page: Page,
    /// What else helps: the action of a second button.
    pub(crate) second: Option<MenuAction>,
}

impl From<alerts::Notification> for Notification {
    fn from(alert: alerts::Notification) -> Self {
        let second = match alert.kind {
            Kind::Fault | Kind::NoGpu => Some(MenuAction::Diagnostics),
            Kind::TooHot | Kind::CooledDown => Some(MenuAction::Pause(Some(60))),
            Kind::Recovered | Kind::Found | Kind::Phase(_) => None,
        };
        Self {
            title: alert.title,
            body: alert.body,
            urgent: alert.urgent,
            page: Page::Overview,
            second,
        }
    }
}

#[cfg(test)]
mod tests {
    use gpu_keepalive_core::protocol::Phase;

    use super::*;

    #[test]
    fn the_second_action_is_what_helps() {
        let second = |kind| {
            let alert = alerts::Notification {
                gpu: None,
                kind,
                title: String::new(),
                body: String::new(),
                urgent: false,
            };
            Notification::from(alert).second
        };
        for kind in [Kind::TooHot, Kind::CooledDown] {
            assert_eq!(second(kind), Some(MenuAction::Pause(Some(60))));
        }
        for kind in [Kind::Fault, Kind::NoGpu] {
            assert_eq!(second(kind), Some(MenuAction::Diagnostics));
        }
        for kind in [Kind::Recovered, Kind::Found, Kind::Phase(Phase::Warm)] {
            assert_eq!(second(kind), None);
        }
    }
}
