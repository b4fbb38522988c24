use gpu_keepalive_core::gpu::PowerSource;
use tokio::sync::mpsc;

use super::{HostNotice, Places};
use crate::power::windows::{Following, follow, power_source};

/// Windows announces a suspend only to programs with a window, so none is reported or delayed here.
pub(crate) type SleepLock = ();

/// Windows: its power manager.
pub(super) struct Platform {
    _following: Option<Following>,
}

impl Platform {
    pub(super) fn follow(_places: &Places, notices: mpsc::Sender<HostNotice>) -> Self {
        Self {
            _following: follow(notices),
        }
    }

    pub(super) fn power_source(&self) -> PowerSource {
        power_source()
    }

    /// Windows' energy saver is not followed.
    pub(super) fn power_saver(&self) -> bool {
        false
    }
}
