//! The drop-in that makes a service quiet.

use std::path::PathBuf;

use super::{Scope, Unit, UnitName, VARIABLE};

/// The name of our drop-ins: no other program's.
pub const FILE_NAME: &str = "gpu-keepalive-quiet.conf";

/// The drop-in of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropIn(UnitName);

impl DropIn {
    /// That of the service.
    pub fn of(unit: UnitName) -> Self {
        Self(unit)
    }

    /// The service.
    pub fn unit(&self) -> &UnitName {
        &self.0
    }

    /// The folders below the user's configuration folder, from the outermost in.
    pub fn folders(&self) -> [String; 3] {
        ["systemd".to_owned(), "user".to_owned(), self.folder()]
    }

    /// The file, from the user's configuration folder.
    pub fn path(&self) -> PathBuf {
        self.folders().iter().collect::<PathBuf>().join(FILE_NAME)
    }

    /// Its content.
    pub fn text() -> String {
        format!(
            "# Written by “gpu-keepalive quiet --write”; “gpu-keepalive quiet --remove” takes it away.\n\
             # Without GPU Keepalive running, this server's first answers are slower.\n\
             [Service]\n\
             Environment={VARIABLE}=1\n"
        )
    }

    /// The commands by which the service takes it up, or its removal.
    pub fn restart(&self) -> [String; 2] {
        let unit = self.0.as_str();
        [
            "systemctl --user daemon-reload".to_owned(),
            format!("systemctl --user restart -- {unit}"),
        ]
    }

    fn folder(&self) -> String {
        format!("{}.d", self.0)
    }
}

impl Unit {
    /// The commands that make it quiet, run by the user whose service it is or by an administrator.
    pub fn commands(&self) -> Vec<String> {
        let name = self.name.as_str();
        match self.scope {
            Scope::User(_) => {
                let mut commands = vec![format!("gpu-keepalive quiet --write={name}")];
                commands.extend(DropIn::of(self.name.clone()).restart());
                commands
            }
            Scope::System => {
                let folder = format!("/etc/systemd/system/{name}.d");
                vec![
                    format!("sudo mkdir -p {folder}"),
                    format!(
                        "printf '[Service]\\nEnvironment={VARIABLE}=1\\n' | sudo tee \
                         {folder}/{FILE_NAME}"
                    ),
                    "sudo systemctl daemon-reload".to_owned(),
                    format!("sudo systemctl restart -- {name}"),
                ]
            }
        }
    }
}
