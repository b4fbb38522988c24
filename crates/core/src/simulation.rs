//! Simulated GPUs: a pure model of machines, for tests, demonstrations and `--simulate`.
//!
//! A [`Scenario`] describes a machine and what happens to it; a [`SimulatedMachine`] lives through
//! it. Between two changes everything follows a closed form, so a year costs what its changes cost
//! and [`SimulatedMachine::advance`] gives the same bits in one jump as in a thousand.
//!
//! # What the numbers rest on
//! *Recorded* in `tests/fixtures/cards`: the H200's clocks, watts, P-states, and when a boost, a
//! context and work raise its clocks and let them fall; `tests/recorded_cards` holds the presets to
//! it. *Measured for this project*: 267 MiB of context, how long its boost request takes; what llama.cpp's server uses of the processor at rest and for a poll.
//! *Reported by others*: 18 s on an RTX 3070 (onnxruntime#23101), P2 for CUDA on GeForce
//! (LACT#644), runtime D3 about 6 s after the last close (btop#738), clocks that fall while a
//! partly offloaded model computes (llama.cpp#17880). *Assumptions of the model*: everything else,
//! marked so in the presets. It shows how the program behaves, not how a card performs.
//!
//! # The boost and requests
//! Every card has a `hold` process ([`SimulatedMachine::hold`]). It decides with the real one's
//! [`Watch`](crate::sensor::Watch), reads the processor time of the scenario's programs when the
//! real one would, and reports when it would. Checks of programs that use no processor time are
//! left out, which changes no result. A boost request acts at once on the clocks and late on what
//! NVML shows; [`Boost`] decides whether it holds them.
//!
//! A program ([`SimulatedProcess`]) uses the processor for a moment every second, for every poll, and while
//! it computes; a [`Request`] lets it compute for a while, first without the GPU.
//!
//! # Scenario files
//! TOML: `[[gpus]]` for each card ([`CardModel`]) and `[[events]]` for what happens ([`Event`]).
//! A card may start from a preset's first card and change what differs; another one has to say
//! everything that is not in `simulation/presets/defaults.toml`:
//!
//! ```
//! # use gpu_keepalive_core::simulation::Scenario;
//! let scenario = Scenario::parse("mine.toml", r#"
//!     [[gpus]]
//!     like = "rtx-3070-laptop"
//!     hold_s = 7.5
//!
//!     [[events]]
//!     at_s = 30
//!     for_s = 20
//!     kind = "program"
//!     program = "llama-server"
//!     utilization_percent = 90
//!     vram_mib = 4096
//!
//!     [[events]]
//!     kind = "program"
//!     program = "vllm serve"
//!     pid = 4242
//!     boosts = false
//!     poll_every_s = 15
//!
//!     [[events]]
//!     at_s = 60
//!     for_s = 2.5
//!     repeat_every_s = 60
//!     kind = "request"
//!     pid = 4242
//!     lead_ms = 5
//! "#)?;
//! assert_eq!(scenario.cards.len(), 1);
//! # Ok::<(), gpu_keepalive_core::simulation::ScenarioError>(())
//! ```

mod card;
mod event;
mod faults;
mod harness;
mod holder;
mod keys;
mod machine;
mod model;
mod parse;
mod processor;
mod reports;
mod value;

pub use card::{Counters, Performed};
pub use event::{Event, EventKind, ProcessorTimes, Request, SimulatedProcess};
pub use harness::Harness;
pub use keys::ScenarioError;
pub use machine::{CONTEXT_RESIDENT, Guest, HOLD_RESIDENT, SimulatedMachine, late_answer};
pub use model::{Boost, CardModel, PowerMizer};
pub use reports::{RawValue, Reading};

/// A machine and what happens to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The preset's or the file's name.
    pub name: String,
    /// Decides the jitter of every hold time.
    pub seed: u64,
    /// Its GPUs, in the driver's order.
    pub cards: Vec<CardModel>,
    /// The events that occur by themselves.
    pub events: Vec<Event>,
}

/// Every preset with one line that describes it.
pub const PRESETS: [(&str, &str); 8] = [
    (
        "rtx-3070-laptop",
        "laptop, 8 GB, 85 W, falls to P8 about 18 s after the last work",
    ),
    ("rtx-4090", "desktop, 24 GB, runs CUDA in P2"),
    (
        "h200",
        "data centre, an open context alone holds the clocks, always P0",
    ),
    (
        "h200-quiet",
        "the same with a server that lets it rest and is asked every 20 s",
    ),
    (
        "hot-laptop",
        "laptop that reaches 83 °C within 20 s of being warm",
    ),
    ("two-gpus", "desktop with an RTX 4090 and an RTX 3060"),
    (
        "gpu-lost",
        "desktop whose GPU is lost after 10 s and back after 20 s",
    ),
    ("no-driver", "machine without an NVIDIA driver"),
];

impl Scenario {
    /// The preset of that name.
    pub fn preset(name: &str) -> Option<Self> {
        // The presets are part of the program; a test parses every one of them.
        Self::parse(name, Self::preset_text(name)?).ok()
    }

    /// The file of the preset of that name.
    fn preset_text(name: &str) -> Option<&'static str> {
        Some(match name {
            "rtx-3070-laptop" => include_str!("simulation/presets/rtx-3070-laptop.toml"),
            "rtx-4090" => include_str!("simulation/presets/rtx-4090.toml"),
            "h200" => include_str!("simulation/presets/h200.toml"),
            "h200-quiet" => include_str!("simulation/presets/h200-quiet.toml"),
            "hot-laptop" => include_str!("simulation/presets/hot-laptop.toml"),
            "two-gpus" => include_str!("simulation/presets/two-gpus.toml"),
            "gpu-lost" => include_str!("simulation/presets/gpu-lost.toml"),
            "no-driver" => include_str!("simulation/presets/no-driver.toml"),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
