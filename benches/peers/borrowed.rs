//! The same with text borrowed from the input where it holds no escapes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::absent;
use super::words::*;

/// Serde borrows into a `Cow` only where it is told to, and cannot be told inside an `Option`.
#[derive(Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

type List<'a, T> = Vec<T>;
type Map<'a, V> = HashMap<Text<'a>, V>;

tables!(derived);
