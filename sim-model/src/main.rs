//! The command `kobj`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // `kobj record` starts this program once more for each process of a scenario.
    #[cfg(windows)]
    sim_windows::host_main();
    sim_model::cli::main()
}
