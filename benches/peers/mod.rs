//! Models of an `event_processing_request` into which the peers of the benches decode.
//!
//! The fields are declared once, in [`table`]; `owned` and `borrowed` derive serde's traits for
//! them, `arena` is the hand-written visitor. All decode the same fields as hydrant, and serialize
//! to the same JSON, by which the benches check them. Decimals are doubles here, which are faster
//! than exact digits.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "no bench uses all peers, and their fields are read by serde only"
)]

#[macro_use]
mod table;

pub mod arena;
pub mod borrowed;
pub mod owned;
pub mod words;

use std::collections::HashMap;

/// Whether the reference writer omits a value.
trait Absent {
    fn absent(&self) -> bool;
}

/// In the form required by serde's attribute.
fn absent<T: Absent>(value: &T) -> bool {
    value.absent()
}

impl<T> Absent for Option<T> {
    fn absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Absent for &[T] {
    fn absent(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Absent for HashMap<K, V> {
    fn absent(&self) -> bool {
        self.is_empty()
    }
}

macro_rules! never_absent {
    ($($type:ty)*) => {$(
        impl Absent for $type {
            fn absent(&self) -> bool {
                false
            }
        }
    )*};
}

never_absent! { i32 i64 f64 bool }
