use std::fmt;

use gpu_keepalive_text::text;

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
        f.write_str(&match *self {
            Self::TooHot(gpu) => text!("alert-too-hot", gpu = gpu),
            Self::CooledDown(gpu) => text!("alert-cooled-down", gpu = gpu),
            Self::Fault(gpu) => text!("alert-fault", gpu = gpu),
            Self::Recovered(gpu) => text!("alert-recovered", gpu = gpu),
            Self::NoGpu => text!("alert-no-gpu"),
            Self::GpuFound(gpu) => text!("alert-found", gpu = gpu),
        })
    }
}
