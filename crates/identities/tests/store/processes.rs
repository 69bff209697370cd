//! Processes that are killed, and several at a time.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use hydrant_identities::IdentityStore;

use crate::{add, customer, deliver};

/// Starts the test below in a process of its own, which writes what it has done to its output.
fn start(task: &str, path: &Path) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--ignored", "--nocapture"])
        .envs([("STORE_TASK", task)])
        .env("STORE_PATH", path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines = lines.map_while(Result::ok);
    (
        child,
        lines.filter_map(|line| Some(line.strip_prefix("child: ")?.to_owned())),
    )
}

#[test]
#[ignore = "other tests run it in a process of its own"]
fn child() {
    let path = std::env::var_os("STORE_PATH").unwrap();
    let task = std::env::var("STORE_TASK").unwrap();
    let store = match IdentityStore::open(path) {
        Ok(store) => store,
        Err(error) => return println!("\nchild: {error}"),
    };
    if task == "open" {
        return println!("\nchild: it is open");
    }
    let first: u32 = task.parse().unwrap();
    for number in first.. {
        deliver(&store, &add(number % 10, 7, &number.to_string()));
        deliver(&store, &add(number, 8, "ada"));
        if number % 50 == 0 {
            store.erase("user-3").unwrap();
            store.purge().unwrap();
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nchild: {number}").unwrap();
        out.flush().unwrap();
    }
}

/// Whatever the moment at which the process is killed, what it acknowledged is there.
#[test]
fn a_killed_process_loses_nothing_that_was_applied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let mut next = 100;
    for round in 0..8 {
        let (mut process, lines) = start(&next.to_string(), &path);
        let mut last = None;
        for line in lines {
            let number: u32 = line.parse().unwrap();
            // The pipe holds many lines, so that the process is somewhere else when it is killed.
            if number == next + 7 * round {
                process.kill().unwrap();
            }
            last = Some(number);
        }
        process.wait().unwrap();
        let last = last.expect("the child did nothing");
        let store = IdentityStore::open(&path).unwrap();
        for number in (next..=last).filter(|number| number % 10 != 3) {
            let acknowledged = (number..=last).rev().find(|it| it % 10 == number % 10);
            let kept: u32 = customer(&store, number % 10, 7).unwrap().parse().unwrap();
            assert!(kept >= acknowledged.unwrap(), "{number}");
            assert_eq!(customer(&store, number, 8).as_deref(), Some("ada"));
        }
        // The child may have been killed after the change of a user and before that of the other.
        next = last + 2;
    }
}

#[test]
fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities");
    let ask = || {
        let (mut process, mut lines) = start("open", &path);
        let answer = lines.next().unwrap();
        process.wait().unwrap();
        answer
    };
    assert_eq!(ask(), "it is open");
    let store = IdentityStore::open(&path).unwrap();
    let refusal = IdentityStore::open(&path).unwrap_err().to_string();
    assert!(
        refusal.ends_with("is already open, in this process or another"),
        "{refusal}"
    );
    assert_eq!(ask(), refusal);
    // Neither does it open the file that a rewrite put in place.
    store.purge().unwrap();
    assert_eq!(ask(), refusal);
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(IdentityStore::open(&link).is_err());
    }
    drop(store);
    assert_eq!(ask(), "it is open");
}
