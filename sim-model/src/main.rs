//! The command `kobj`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // `kobj record` starts this program once more for each process of a scenario.
    sim_windows::host_main();
    sim_model::cli::main()
}
