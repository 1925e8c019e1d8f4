//! A process of a vector's scenario, where vectors are performed on real Windows.

fn main() {
    sim_windows::host_main();
}
