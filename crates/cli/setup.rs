//! What the Setup program for Windows has the installed command line do.

use std::{io, path::PathBuf};

use clap::Subcommand;
use gpu_keepalive_core::login_entry::APP;
use gpu_keepalive_engine::installation;

use crate::{args::SettingsCommand, settings};

/// `setup`.
#[derive(Debug, Subcommand)]
pub(crate) enum SetupCommand {
    /// Add the folder of this program to the user's PATH.
    Path,
    /// Start the app at login, in the settings as well.
    Login,
    /// Remove this folder's entries from the PATH and from the programs that start at login.
    Leave,
}

/// Enters this program, or removes what was entered.
pub(crate) async fn setup(command: SetupCommand) -> anyhow::Result<()> {
    let folder = folder()?;
    match command {
        SetupCommand::Path => installation::add_to_path(&folder)?,
        SetupCommand::Login => {
            // First the setting: the app removes an entry that the settings do not ask for.
            settings::settings(SettingsCommand::Set {
                key: "app.start_at_login".to_owned(),
                value: Some("true".to_owned()),
                default: false,
            })
            .await?;
            installation::start_at_login(&folder.join(APP).with_extension("exe"))?;
        }
        SetupCommand::Leave => {
            let entry = installation::remove_login_entry(&folder);
            installation::remove_from_path(&folder)?;
            entry?;
        }
    }
    Ok(())
}

/// The folder that this program is in.
fn folder() -> io::Result<PathBuf> {
    let mut path = std::env::current_exe()?;
    path.pop();
    Ok(path)
}
