//! The declarations without the feature `serde`: nothing is made of them.

macro_rules! model {
    ($($declaration:tt)*) => {};
}
macro_rules! family {
    ($($declaration:tt)*) => {};
}
macro_rules! text {
    ($($declaration:tt)*) => {};
}

pub(crate) use {family, model, text};
