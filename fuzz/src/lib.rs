//! What the fuzz targets share: messages made from the declarations, and what must hold of any input.

pub mod checks;
pub mod grammar;
