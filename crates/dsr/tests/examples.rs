//! Runs the example, which checks its own results.
#![allow(missing_docs)]

#[path = "../examples/erasure.rs"]
mod erasure;

#[test]
fn erasure() -> Result<(), Box<dyn std::error::Error>> {
    erasure::main()
}
