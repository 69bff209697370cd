//! The store: what it keeps, also if processes end at any moment, and what it forgets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod model;
mod processes;

use std::fs;
use std::path::Path;
use std::time::Duration;

use hydrant::message::Message;
use hydrant::outgoing::audience::{
    AudienceMapper, AudienceOutput, AudienceSettings, SentIdentities, SentKey, SentList,
};
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_identities::{IdentityStore, StoreOptions};

/// A change of a user with a customer id: of the audience, or of all its members.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Add(u32, i64, String),
    Delete(u32, i64),
    End(i64),
}

pub(crate) fn add(user: u32, audience: i64, customer: &str) -> Change {
    Change::Add(user, audience, customer.to_owned())
}

/// Maps a change with the store and applies the updates. Returns the number of records.
pub(crate) fn deliver_at(store: &IdentityStore, change: &Change, now_ms: i64) -> usize {
    let profile = |user: u32, audience: i64, action: &str, customer: &str| {
        format!(
            r#"{{"type":"audience_membership_change_request","account":{{"account_id":1}},
                "user_profiles":[{{"mpid":"user-{user}","user_identities":[
                {{"type":"customer","encoding":"raw","value":"{customer}"}}],"audiences":[
                {{"audience_id":{audience},"audience_name":"Buyers","action":"{action}"}}]}}]}}"#
        )
    };
    let body = match change {
        Change::Add(user, audience, customer) => profile(*user, *audience, "add", customer),
        Change::Delete(user, audience) => profile(*user, *audience, "delete", "any"),
        Change::End(audience) => format!(
            r#"{{"type":"audience_subscription_request","account":{{"account_id":1}},
                "audience_id":{audience},"action":"remove"}}"#
        ),
    };
    let mapper = AudienceMapper::with_store(AudienceSettings::default(), store);
    let mut output = AudienceOutput::new();
    let mut scratch = Scratch::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap();
    match parsed.message {
        Message::AudienceMembershipChangeRequest(request) => {
            mapper.map(request, &mut output).unwrap();
        }
        Message::AudienceSubscriptionRequest(request) => {
            mapper.map_subscription(request, &mut output);
        }
        _ => panic!("another message"),
    }
    store.apply(output.updates(), now_ms).unwrap();
    output.records().len()
}

pub(crate) fn deliver(store: &IdentityStore, change: &Change) -> usize {
    deliver_at(store, change, 1_000)
}

/// The customer id last sent.
pub(crate) fn customer(store: &IdentityStore, user: u32, audience: i64) -> Option<String> {
    let mpid = format!("user-{user}");
    let mut bytes = b"kept".to_vec();
    let key = SentKey::new(1, audience, &mpid);
    let found = store.get(&key, &mut bytes).unwrap();
    let identities = bytes.strip_prefix(b"kept").unwrap();
    assert_eq!(found, !identities.is_empty());
    found.then(|| {
        let list = SentList::new(identities).unwrap();
        let identities: Vec<_> = list.identities().collect();
        let [("CustomerId", customer), ("MPID", id)] = identities[..] else {
            panic!("other identities");
        };
        assert_eq!(id, mpid);
        customer.to_owned()
    })
}

/// Whether the file contains a text.
fn contains(path: &Path, text: &str) -> bool {
    let bytes = fs::read(path).unwrap();
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn entries_survive_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let store = IdentityStore::open(&path).unwrap();
    assert!(store.is_empty().unwrap());
    assert_eq!(deliver(&store, &add(1, 7, "ada")), 1);
    drop(store);
    let store = IdentityStore::open(&path).unwrap();
    assert_eq!(customer(&store, 1, 7).as_deref(), Some("ada"));
    assert_eq!(customer(&store, 1, 8), None);
    assert_eq!(deliver(&store, &add(1, 7, "grace")), 2);
    drop(store);
    let store = IdentityStore::open(&path).unwrap();
    assert_eq!(customer(&store, 1, 7).as_deref(), Some("grace"));
    assert_eq!((store.len().unwrap(), store.evicted()), (1, 0));
    deliver(&store, &Change::Delete(1, 7));
    assert_eq!(customer(&store, 1, 7), None);
    drop(store);
    assert!(IdentityStore::open(&path).unwrap().is_empty().unwrap());
}

#[test]
fn the_content_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let store = IdentityStore::open(&path).unwrap();
    deliver(&store, &add(1, 7, "ada"));
    let text = format!("{store:?}");
    assert!(!text.contains("ada") && !text.contains("user-1"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| {
            let metadata = fs::metadata(folder.path().join(name)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(
            (mode("identities"), mode("identities.lock")),
            (0o600, 0o600)
        );
        store.purge().unwrap();
        assert_eq!(mode("identities"), 0o600);
        drop(store);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let _store = IdentityStore::open(&path).unwrap();
        assert_eq!(mode("identities"), 0o600);
    }
}

#[test]
fn an_erased_user_is_not_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let store = IdentityStore::open(&path).unwrap();
    for audience in [-1, 7, i64::MAX] {
        deliver(&store, &add(1, audience, "former-name"));
        deliver(&store, &add(1, audience, "ada-lovelace"));
        deliver(&store, &add(12, audience, "grace-hopper"));
    }
    assert_eq!(store.erase("user-1").unwrap(), 3);
    assert!(contains(&path, "ada-lovelace"), "or nothing is tested");
    assert_eq!(store.erase("user-1").unwrap(), 0);
    assert_eq!(customer(&store, 1, 7), None);
    store.purge().unwrap();
    for text in ["ada-lovelace", "former-name"] {
        assert!(!contains(&path, text));
    }
    assert_eq!(customer(&store, 12, 7).as_deref(), Some("grace-hopper"));
    assert_eq!(store.len().unwrap(), 3);
    // What remains of users without entries is erased, too, and opening the store does it.
    for user in 100..300 {
        deliver(&store, &add(user, 8, "mary-somerville"));
    }
    deliver(&store, &Change::End(8));
    assert_eq!(store.erase("user-100").unwrap(), 0);
    drop(store);
    assert!(contains(&path, "mary-somerville"), "or nothing is tested");
    let store = IdentityStore::open(&path).unwrap();
    assert!(!contains(&path, "mary-somerville"));
    assert_eq!(deliver(&store, &add(12, 7, "other")), 2);
}

#[test]
fn identities_are_erased_whatever_their_kind() {
    let folder = tempfile::tempdir().unwrap();
    let store = IdentityStore::open(folder.path().join("identities")).unwrap();
    for (user, name) in [(1, "Ada@Example.com"), (2, "ada@example.com "), (3, "ada")] {
        deliver(&store, &add(user, 7, name));
        deliver(&store, &add(user, 8, name));
    }
    assert_eq!(store.erase_identity(" ADA@example.com").unwrap(), 4);
    assert_eq!(store.erase_identity("ada@example.com").unwrap(), 0);
    assert_eq!(store.erase_identity("user-3").unwrap(), 2);
    assert!(store.is_empty().unwrap());
}

#[test]
fn the_least_recent_updates_are_removed_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let options = StoreOptions::new().max_entries(3);
    let store = IdentityStore::open_with(&path, options).unwrap();
    for user in [1, 2, 3, 1, 4] {
        deliver(&store, &add(user, 7, "ada"));
    }
    let kept: Vec<u32> = (1..5)
        .filter(|user| customer(&store, *user, 7).is_some())
        .collect();
    assert_eq!((kept, store.evicted()), (vec![1, 3, 4], 1));
    drop(store);
    // A lower limit counts from the next change on.
    let options = StoreOptions::new().max_entries(1);
    let store = IdentityStore::open_with(&path, options).unwrap();
    assert_eq!(store.len().unwrap(), 3);
    deliver(&store, &add(5, 7, "ada"));
    assert_eq!((store.len().unwrap(), store.evicted()), (1, 3));
    assert!(customer(&store, 5, 7).is_some());
}

#[test]
fn the_bytes_are_limited() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let options = StoreOptions::new().max_bytes(64 << 10);
    let store = IdentityStore::open_with(&path, options).unwrap();
    let name = "a".repeat(1_000);
    for user in 0..100 {
        deliver(&store, &add(user, 7, &name));
    }
    let kept = store.len().unwrap();
    assert!((50..64).contains(&kept), "{kept}");
    assert_eq!(store.evicted(), 100 - kept);
    assert!(customer(&store, 99, 7).is_some() && customer(&store, 0, 7).is_none());
    // One huge entry does not remove all others, and does not leave what was sent before it.
    deliver(&store, &add(99, 7, &"b".repeat(5_000)));
    assert_eq!(store.len().unwrap(), kept - 1);
    assert_eq!(customer(&store, 99, 7), None);
    for user in 0..60 {
        deliver(&store, &Change::Delete(user, 7));
    }
    deliver(&store, &Change::End(7));
    assert!(store.is_empty().unwrap());
    // The sum is right again.
    for user in 0..50 {
        deliver(&store, &add(user, 7, &name));
    }
    assert_eq!(store.len().unwrap(), 50);
}

#[test]
fn the_file_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let options = StoreOptions::new().max_bytes(1 << 20);
    let store = IdentityStore::open_with(&path, options).unwrap();
    for user in 0..2_500 {
        let name = format!("{user}{}", "a".repeat(1_000));
        deliver(&store, &add(user, 7, &name));
    }
    let bytes = fs::metadata(&path).unwrap().len();
    assert!(bytes < 4 << 20, "{bytes}");
    let kept = store.len().unwrap();
    store.purge().unwrap();
    assert_eq!(store.len().unwrap(), kept);
    let purged = fs::metadata(&path).unwrap().len();
    assert!(purged <= bytes, "{purged}");
}

#[test]
fn old_entries_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let options = StoreOptions::new().retention(Duration::from_secs(10));
    let store = IdentityStore::open_with(&path, options).unwrap();
    deliver_at(&store, &add(1, 7, "ada"), 0);
    deliver_at(&store, &add(2, 7, "grace"), 5_000);
    deliver_at(&store, &add(1, 7, "ada"), 6_000);
    deliver_at(&store, &add(3, 7, "mary"), 15_000);
    assert_eq!(store.len().unwrap(), 3);
    deliver_at(&store, &add(3, 7, "mary"), 15_001);
    assert_eq!(customer(&store, 2, 7), None);
    assert_eq!((store.len().unwrap(), store.evicted()), (2, 1));
    deliver_at(&store, &Change::Delete(9, 7), i64::MAX);
    assert!(store.is_empty().unwrap());
}

#[test]
fn other_files_are_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    for text in ["", "notes", &"notes ".repeat(10_000)] {
        fs::write(&path, text).unwrap();
        let refusal = IdentityStore::open(&path).unwrap_err().to_string();
        assert!(
            refusal.ends_with("is not a store of identities"),
            "{refusal}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), *text);
    }
    // A database of another program.
    fs::remove_file(&path).unwrap();
    let table = redb::TableDefinition::<u64, u64>::new("numbers");
    let database = redb::Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(table).unwrap().insert(1, 2).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let refusal = IdentityStore::open(&path).unwrap_err().to_string();
    assert!(
        refusal.ends_with("is not a store of identities"),
        "{refusal}"
    );
    // A folder, and a folder that does not exist.
    assert!(IdentityStore::open(folder.path()).is_err());
    assert!(IdentityStore::open(folder.path().join("none").join("identities")).is_err());
}

#[test]
fn a_remainder_of_a_rewrite_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let store = IdentityStore::open(&path).unwrap();
    deliver(&store, &add(1, 7, "ada"));
    fs::write(folder.path().join("identities.new"), "half a file").unwrap();
    store.purge().unwrap();
    assert_eq!(customer(&store, 1, 7).as_deref(), Some("ada"));
    assert!(!folder.path().join("identities.new").exists());
    // One that cannot be made leaves the store as it is.
    fs::create_dir(folder.path().join("identities.new")).unwrap();
    assert!(store.purge().is_err());
    assert_eq!(deliver(&store, &add(1, 7, "grace")), 2);
}

#[test]
fn threads_share_a_store() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<IdentityStore>();
    let folder = tempfile::tempdir().unwrap();
    let store = IdentityStore::open(folder.path().join("identities")).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..20 {
                    deliver(store, &add(thread, number, "ada"));
                    if number == 10 {
                        store.purge().unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(store.len().unwrap(), 80);
}
