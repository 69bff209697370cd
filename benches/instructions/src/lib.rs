//! Nothing: the package is its bench, `benches/instructions.rs`.
