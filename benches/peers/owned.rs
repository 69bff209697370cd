//! Typical use of serde: owned strings, hash maps, an internally tagged enum, everything derived.

use std::collections::HashMap;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::absent;
use super::words::*;

type Text<'a> = String;
type List<'a, T> = Vec<T>;
type Map<'a, V> = HashMap<Text<'a>, V>;

tables!(derived);
