//! The command `kobj`.
fn main() {}
