//! Notifications as the desktop shows them; what is worth one is decided in [`alerts`].

use gpu_keepalive_core::alerts;

use crate::page::Page;

/// A notification to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notification {
    pub(crate) title: String,
    pub(crate) body: String,
    /// True if it stays until it was seen.
    pub(crate) urgent: bool,
    /// The page that its action opens.
    pub(crate) page: Page,
}

impl From<alerts::Notification> for Notification {
    fn from(alert: alerts::Notification) -> Self {
        Self {
            title: alert.title,
            body: alert.body,
            urgent: alert.urgent,
            page: if alert.urgent {
                Page::Diagnostics
            } else {
                Page::Overview
            },
        }
    }
}
