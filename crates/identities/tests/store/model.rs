//! The store compared with a map, after any steps.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use hydrant_identities::IdentityStore;
use proptest::prelude::*;

use crate::{Change, add, customer, deliver};

#[derive(Clone, Debug)]
enum Step {
    Change(Change),
    Erase(u32),
    EraseIdentity(&'static str),
    Purge,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let customer = || prop::sample::select(&["ada", "ADA ", "grace"][..]);
    prop_oneof![
        8 => (0..4_u32, 0..3_i64, customer()).prop_map(|(user, audience, name)| Step::Change(add(user, audience, name))),
        3 => (0..4_u32, 0..3_i64).prop_map(|(user, audience)| Step::Change(Change::Delete(user, audience))),
        1 => (0..3_i64).prop_map(|audience| Step::Change(Change::End(audience))),
        1 => (0..4_u32).prop_map(Step::Erase),
        1 => customer().prop_map(Step::EraseIdentity),
        1 => Just(Step::Purge),
        1 => Just(Step::Reopen),
    ]
}

/// Opens the store again. A child that another test is starting has a copy of the lock until it
/// executes its program.
fn reopened(path: &Path) -> IdentityStore {
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        match IdentityStore::open(path) {
            Ok(store) => return store,
            Err(error) if error.to_string().contains("already open") && Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The store and a map, after any steps.
    #[test]
    fn it_is_a_map(steps in prop::collection::vec(step(), 1..30)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identities");
        let mut store = Some(IdentityStore::open(&path).unwrap());
        let mut map: HashMap<(u32, i64), String> = HashMap::new();
        for step in steps {
            let open = store.as_ref().unwrap();
            match step {
                Step::Change(change) => {
                    deliver(open, &change);
                    match change {
                        Change::Add(user, audience, name) => { map.insert((user, audience), name); }
                        Change::Delete(user, audience) => { map.remove(&(user, audience)); }
                        Change::End(audience) => map.retain(|key, _| key.1 != audience),
                    }
                }
                Step::Erase(user) => {
                    let before = map.len();
                    map.retain(|key, _| key.0 != user);
                    let removed = open.erase(&format!("user-{user}")).unwrap();
                    prop_assert_eq!(removed, (before - map.len()) as u64);
                }
                Step::EraseIdentity(name) => {
                    let before = map.len();
                    map.retain(|_, it| !it.trim().eq_ignore_ascii_case(name.trim()));
                    let removed = open.erase_identity(name).unwrap();
                    prop_assert_eq!(removed, (before - map.len()) as u64);
                }
                Step::Purge => open.purge().unwrap(),
                Step::Reopen => {
                    drop(store.take());
                    store = Some(reopened(&path));
                }
            }
            let open = store.as_ref().unwrap();
            prop_assert_eq!(open.len().unwrap(), map.len() as u64);
            for user in 0..4 {
                for audience in 0..3 {
                    prop_assert_eq!(customer(open, user, audience), map.get(&(user, audience)).cloned());
                }
            }
        }
    }
}
