//! The command `kobj`.

use std::process::ExitCode;

fn main() -> ExitCode {
    sim_model::cli::main()
}
