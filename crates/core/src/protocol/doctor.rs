use serde::{Deserialize, Serialize};

use super::Severity;

/// The reasons why a GPU is slow, or does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Doctor {
    /// Worst first.
    pub findings: Vec<Finding>,
}

impl Doctor {
    /// The severity of the worst finding.
    pub fn worst(&self) -> Severity {
        let severities = self.findings.iter().map(|finding| finding.severity);
        severities.max().unwrap_or(Severity::Ok)
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// For programs: never changes its meaning. The same on several GPUs.
    pub id: String,
    /// Its importance.
    pub severity: Severity,
    /// The finding, in a sentence for people.
    pub title: String,
    /// The evidence, as far as possible in numbers.
    pub evidence: String,
    /// The advice; empty when there is nothing to do.
    pub advice: String,
}
