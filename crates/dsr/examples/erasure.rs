//! Erasures that are done once, although the platform repeats requests and the process restarts.
//!
//! ```sh
//! cargo run --package hydrant-dsr --example erasure
//! ```

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hydrant::message::{DsrProcessingRequest, Message};
use hydrant::{
    AsyncProcessor, Call, Failure, ParseOptions, Registration, ResultExt, Scratch, parse,
};
use hydrant_dsr::{Erasure, ErasureStore, FileStore, erase_once, resume};
use hydrant_testing::build::DataSubjectRequest;
use hydrant_testing::{Harness, block_on};

/// The users of the target system, whose API may be down.
#[derive(Default)]
struct Users {
    known: Mutex<BTreeSet<String>>,
    is_down: Mutex<bool>,
}

impl Users {
    async fn delete(&self, email: &str) -> Result<(), Failure> {
        if *self.is_down.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(Failure::retry().with_reason("the API of users is down"));
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Deleting a user who is not there is no error: an erasure may be repeated.
        known.remove(email);
        Ok(())
    }
}

struct Module<'m, S> {
    users: &'m Users,
    erasures: S,
}

impl<S: ErasureStore> AsyncProcessor for Module<'_, S> {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Acme", env!("CARGO_PKG_VERSION")).erasure("dsr.acme.example")
    }

    async fn dsr(
        &self,
        call: &mut Call<'_>,
        request: &DsrProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        let email = email(request).or_discard("no raw e-mail address")?;
        let now = call.invocation().now_ms();
        erase_once(&self.erasures, request, now, self.users.delete(email)).await
    }
}

fn email<'a>(request: &DsrProcessingRequest<'a>) -> Option<&'a str> {
    request.email().and_then(|email| email.raw())
}

pub(crate) fn run(store: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let users = Users::default();
    for email in ["ada@example.com", "bob@example.com"] {
        users
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(email.to_owned());
    }
    let request = DataSubjectRequest::new().identity("email", "ada@example.com");
    let module = || -> Result<_, hydrant_dsr::StoreError> {
        Ok(Harness::new_async(Module {
            users: &users,
            erasures: FileStore::open(store)?,
        }))
    };
    let set_down = |down| *users.is_down.lock().unwrap_or_else(PoisonError::into_inner) = down;

    // The erasure fails: it is stored and not answered, so that the platform repeats it.
    set_down(true);
    let refused = module()?;
    block_on(refused.process_async(request.clone())).assert_not_answered();
    drop(refused);

    // After a restart, the erasure is done, and the repetition is answered.
    set_down(false);
    let erased = Cell::new(0);
    let erasures = FileStore::open(store)?;
    let resumed = block_on(resume(
        &erasures,
        1_714_592_744_066,
        async |erasure: &Erasure| {
            let mut scratch = Scratch::new();
            let parsed = parse(erasure.request(), &mut scratch, &ParseOptions::new())?;
            let Message::DsrProcessingRequest(request) = parsed.message else {
                return Err(Failure::reject("another message"));
            };
            erased.set(erased.get() + 1);
            users
                .delete(email(request).or_discard("no raw e-mail address")?)
                .await
        },
    ))?;
    println!(
        "{} erasures done after the restart, {} failed",
        resumed.done, resumed.failed
    );
    assert_eq!((resumed.done, resumed.failed, erased.get()), (1, 0, 1));
    drop(erasures);
    set_down(true);
    block_on(module()?.process_async(request)).assert_answered();

    let known = users.known.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(known.iter().collect::<Vec<_>>(), ["bob@example.com"]);
    assert!(!std::fs::read_to_string(store)?.contains("ada@example.com"));
    Ok(())
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    run(&folder.path().join("erasures"))
}
