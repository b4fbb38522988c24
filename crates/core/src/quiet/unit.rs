//! The systemd unit that a process belongs to.

use std::{fmt, str::FromStr};

/// The longest name of a unit (`UNIT_NAME_MAX` of systemd, less its terminating zero).
const LONGEST: usize = 255;

/// The name of a service, such as `ollama.service`: letters, digits and `:_.@-` before `.service`.
///
/// Every other name is refused, escaped ones included, so that a name is a single component of a path
/// and is written into a command as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitName(String);

impl UnitName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The unit file that an instance is made from: `server@.service` for `server@a.service`.
    pub fn template(&self) -> Option<String> {
        let (name, _) = self.0.split_once('@')?;
        Some(format!("{name}@.service"))
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UnitName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ":_.@-".contains(c);
        let stem = name.strip_suffix(".service");
        let fits = name.len() <= LONGEST
            && stem.is_some_and(|stem| !stem.is_empty() && stem.chars().all(allowed));
        if fits {
            return Ok(Self(name.to_owned()));
        }
        Err(format!(
            "{name:?} is not the name of a service; it has to be of letters, digits and : _ . @ - \
             and end in .service, such as llama.service, with at most {LONGEST} characters"
        ))
    }
}

/// The manager that runs a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The system's manager.
    System,
    /// The manager of the user with that id.
    User(u32),
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The manager that runs it.
    pub scope: Scope,
    /// Its name.
    pub name: UnitName,
}

impl Unit {
    /// The service of a process, from its `/proc/PID/cgroup`; `None` for a program of a session, of a
    /// container, and for a service whose name is not a [`UnitName`].
    pub fn of(cgroup: &str) -> Option<Self> {
        let path = |line: &str| -> Option<String> {
            let mut fields = line.splitn(3, ':');
            let (number, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
            let of_systemd =
                (number == "0" && controllers.is_empty()) || controllers == "name=systemd";
            of_systemd.then(|| path.to_owned())
        };
        // With both hierarchies, systemd's own is the first.
        let path = cgroup.lines().find_map(path)?;
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let mut scope = Scope::System;
        // Below a service are groups that it made itself, which name no other service.
        for segment in segments {
            if let Some(user) = segment.strip_prefix("user@") {
                let user = user.strip_suffix(".service")?;
                scope = Scope::User(user.parse().ok()?);
            } else if segment.ends_with(".service") {
                // A name that could be a controller's file has this before it.
                let name = segment.strip_prefix('_').unwrap_or(segment);
                let name = name.parse().ok()?;
                return Some(Self { scope, name });
            } else if !segment.ends_with(".slice") && segment != "init.scope" {
                return None;
            }
        }
        None
    }
}
