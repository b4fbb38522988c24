//! The user's own AI programs, besides those that are known (see [`crate::ai_processes`]).

use super::AiProgram;

/// The default of `ai_programs`: none, because what people run is known by rules.
pub(super) fn defaults() -> Vec<AiProgram> {
    Vec::new()
}
