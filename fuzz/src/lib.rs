//! The common part of the fuzz targets: messages from the declarations, and properties that must
//! hold for any input.

pub mod checks;
pub mod grammar;
