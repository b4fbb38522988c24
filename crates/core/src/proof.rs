//! What keeping warm brings on one GPU: what is measured, and what the numbers say.

mod workload;

pub use workload::{Workload, WorkloadAction, WorkloadOutcome};
