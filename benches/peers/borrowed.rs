//! The owned models, but with text borrowed from the input if it has no escapes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::absent;
use super::words::*;

/// Serde borrows into a `Cow` only with an attribute, which is not possible inside an `Option`.
#[derive(Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

type List<'a, T> = Vec<T>;
type Map<'a, V> = HashMap<Text<'a>, V>;

tables!(derived);
