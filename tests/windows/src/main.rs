//! A process of a script: what the recorder starts for each process of a scenario.

fn main() {
    sim_windows::host_main();
}
