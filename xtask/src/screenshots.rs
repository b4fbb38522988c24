//! `cargo xtask screenshots`.

use anyhow::Result;

use crate::{
    packages::{self, Package},
    shell, ui,
};

/// For a desktop as people have it.
const DESKTOP: [Package; 5] = [
    Package {
        name: "xfce4-panel",
        why: "a panel for the icon and its menu",
    },
    Package {
        name: "xfce4-notifyd",
        why: "to show the notification",
    },
    Package {
        name: "xfconf",
        why: "to tell the panel where it is and what is on it",
    },
    Package {
        name: "openbox",
        why: "a window manager for that desktop",
    },
    Package {
        name: "fonts-cantarell",
        why: "letters as on many desktops",
    },
];

/// Makes the pictures in `docs/pictures` anew, by the app's tests of that name. Each has a screen and
/// a message bus of its own, so this machine needs no display.
pub(crate) fn screenshots() -> Result<()> {
    packages::ensure(&packages::WINDOW)?;
    packages::ensure(&packages::TEST)?;
    packages::ensure(&DESKTOP)?;
    ui::build()?;
    shell::run(&mut shell::cargo(&[
        "test",
        "--workspace",
        "--test",
        "desktop",
        "picture_",
        "--",
        "--ignored",
    ]))
}
