//! Empty: the package consists of its benches, and Cargo requires another target.
