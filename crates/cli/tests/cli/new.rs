//! `hydrant new`: what it creates and what it refuses. `scaffold.rs` builds the package.

use std::fs;
use std::path::Path;

use crate::support::*;

fn in_folder(folder: &Path, args: &[&str]) -> Ran {
    Ran::of(hydrant(args).current_dir(folder).output().unwrap())
}

#[test]
fn the_package_depends_on_the_checkout() {
    let folder = tempfile::tempdir().unwrap();
    let checkout = fs::canonicalize(repository("")).unwrap();
    let args = ["new", "acme-mail", "--path", checkout.to_str().unwrap()];
    let ran = in_folder(folder.path(), &args);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert!(
        ran.out.contains("cd acme-mail && cargo test"),
        "{}",
        ran.out
    );
    let read = |path: &str| fs::read_to_string(folder.path().join("acme-mail").join(path)).unwrap();
    let manifest = read("Cargo.toml");
    for package in ["cli", "lambda", "server", "testing"] {
        let path = checkout.join("crates").join(package);
        assert!(manifest.contains(path.to_str().unwrap()), "{manifest}");
    }
    assert!(manifest.contains("panic = \"unwind\""), "{manifest}");
    assert!(read("src/lib.rs").contains("ACME_MAIL_URL"));
    assert!(read("src/bin/lambda.rs").contains("acme_mail::Module"));
    assert!(read("README.md").starts_with("# Acme Mail\n"));
    assert_eq!(
        read("Cargo.lock"),
        fs::read_to_string(repository("Cargo.lock")).unwrap()
    );
    assert_eq!(read(".gitignore"), "/target\n");
    for text in ["338661164609", "457804467337"] {
        assert!(read("deploy/template.yaml").contains(text));
        assert!(read("deploy/permissions.sh").contains(text));
    }
}

#[test]
fn a_relative_path_is_relative_to_the_current_folder() {
    let folder = tempfile::tempdir().unwrap();
    for (package, within) in [
        ("hydrant", ""),
        ("hydrant-cli", "crates/cli"),
        ("hydrant-lambda", "crates/lambda"),
        ("hydrant-server", "crates/server"),
        ("hydrant-testing", "crates/testing"),
    ] {
        let within = folder.path().join("hydrant").join(within);
        fs::create_dir_all(&within).unwrap();
        fs::write(within.join("Cargo.toml"), format!("name = \"{package}\"\n")).unwrap();
    }
    let ran = in_folder(folder.path(), &["new", "acme", "--path", "./hydrant/"]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let manifest = fs::read_to_string(folder.path().join("acme/Cargo.toml")).unwrap();
    assert!(
        manifest.contains("hydrant = { path = \".././hydrant\","),
        "{manifest}"
    );
    // A checkout that was never built has no lock file.
    assert!(!folder.path().join("acme/Cargo.lock").exists());
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let ran = in_folder(folder.path(), &["new", "empty"]);
    assert_eq!(ran.status, Some(0));
    assert!(ran.err.contains("not published yet"), "{}", ran.err);
    // It cannot be built.
    assert_eq!(ran.out, "created empty\n");
    let readme = folder.path().join("empty/README.md");
    fs::write(&readme, "mine").unwrap();
    let ran = in_folder(folder.path(), &["new", "empty"]);
    assert_eq!(ran.status, Some(3));
    assert!(ran.err.contains("the folder is not empty"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&readme).unwrap(), "mine");
    fs::write(folder.path().join("file"), "mine").unwrap();
    assert_eq!(in_folder(folder.path(), &["new", "file"]).status, Some(3));
    for args in [
        &["new", "../acme"][..],
        &["new", "Acme"],
        &["new", "async"],
        &["new", "acme", "--path", "empty"],
    ] {
        assert_eq!(in_folder(folder.path(), args).status, Some(2), "{args:?}");
    }
    assert!(!folder.path().join("acme").exists());
}
