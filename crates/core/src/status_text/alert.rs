use std::fmt;

/// The subject of a notification, with the GPU's name; displayed, its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert<'a> {
    /// A pause for heat began.
    TooHot(&'a str),
    /// It ended.
    CooledDown(&'a str),
    /// A fault began.
    Fault(&'a str),
    /// It ended.
    Recovered(&'a str),
    /// There is no GPU.
    NoGpu,
    /// There is one now.
    GpuFound(&'a str),
}

impl fmt::Display for Alert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooHot(name) => write!(f, "{name} is too hot"),
            Self::CooledDown(name) => write!(f, "{name} has cooled down"),
            Self::Fault(name) => write!(f, "{name} cannot be kept ready"),
            Self::Recovered(name) => write!(f, "{name} works again"),
            Self::NoGpu => f.write_str("GPU Keepalive has no GPU"),
            Self::GpuFound(name) => write!(f, "{name} was found"),
        }
    }
}
