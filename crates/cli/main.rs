//! The command-line program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The engine starts this program again in a hidden role to talk to the driver.
    if let Some(code) = gpu_keepalive_engine::driver::serve(std::env::args_os().skip(1)) {
        return code;
    }
    ExitCode::SUCCESS
}
