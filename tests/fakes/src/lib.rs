//! NVIDIA's driver libraries without a GPU.
//!
//! One shared library with the functions of `libnvidia-ml.so.1` and of `libcuda.so.1`; a test puts
//! it on the loader's path under both names. What it does is read from the folder named by
//! `FAKE_GPU_DIR` at every call, and what was done to it is written there:
//!
//! - `fail/FUNCTION` holds the number that the function returns, or `block` to never return;
//! - `values` holds what there is to read, as `key=value` lines; what is absent is not supported;
//! - `log` gets a line for everything opened, closed, launched or set, with the process id.
//!
//! The clocks are up while any living process has a context, as on a data-centre GPU.

#![allow(clippy::disallowed_methods, reason = "part of the tests")]
#![allow(
    non_snake_case,
    clippy::missing_safety_doc,
    reason = "the vendor's interface"
)]

mod cuda;
mod nvml;
mod state;
