//! Empty: the package consists of its bench, `benches/instructions.rs`.
