//! The `hydrant` program.
fn main() {}
