//! Layers of the configuration, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::ffi::OsString;
use std::path::Path;

use hydrant_forward::config::{Config, Kind, Origin, Secret, settings};

fn toml(text: &str) -> Result<Config, String> {
    let mut config = Config::new();
    let read = config.toml(text, Path::new("f.toml"));
    read.map(|_| config).map_err(|error| error.to_string())
}

fn environment(variables: &[(&str, &str)]) -> Result<Config, String> {
    let mut config = Config::new();
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let read = config.environment(variables);
    read.map(|()| config).map_err(|error| error.to_string())
}

#[test]
fn a_later_layer_replaces_an_earlier_one() {
    let mut config = toml("connection = \"kinesis\"\nlinger = \"1s\"\nmax_in_flight = 3").unwrap();
    let variables = [("HYDRANT_LINGER", "2s"), ("HYDRANT_CONNECTION", "")];
    config
        .environment(variables.map(|(name, value)| (name.into(), value.into())))
        .unwrap();
    config.set("max_in_flight=4").unwrap();
    let file = Origin::File("f.toml".into());
    assert_eq!(config.origin("connection"), Some(&file));
    assert_eq!(config.origin("linger"), Some(&Origin::Environment));
    assert_eq!(config.origin("max_in_flight"), Some(&Origin::Flag));
    assert_eq!(config.origin("retry_base"), None);
}

#[test]
fn unknown_names_are_errors_with_the_nearest_one() {
    assert_eq!(
        toml("conection = \"kinesis\"\nfrobnicate_everything_now = 1").unwrap_err(),
        "f.toml: there is no setting `conection`; did you mean `connection`?; \
         f.toml: there is no setting `frobnicate_everything_now`"
    );
    assert_eq!(
        toml("SEND_SCREEN_VIEWS = true").unwrap_err(),
        "f.toml: there is no setting `SEND_SCREEN_VIEWS`; did you mean `send_screen_views`?"
    );
    assert_eq!(
        environment(&[
            ("HYDRANT_DELIVERY_STREAM_NAM", "x"),
            ("HYDRANT_THREADS", "2")
        ])
        .unwrap_err(),
        "HYDRANT_DELIVERY_STREAM_NAM is not known; did you mean HYDRANT_DELIVERY_STREAM_NAME?"
    );
    for (misspelt, meant) in [
        ("TRIGER", "TRIGGER"),
        ("CONFG", "CONFIG"),
        ("TOKNS", "TOKENS"),
        ("Threads", "THREADS"),
    ] {
        let variable = format!("HYDRANT_{misspelt}");
        let error = environment(&[(&variable, "x")]).unwrap_err();
        assert!(
            error.ends_with(&format!("did you mean HYDRANT_{meant}?")),
            "{error}"
        );
    }
    assert!(environment(&[("HYDRANT_SOMETHING_ELSE_ENTIRELY", "x"), ("PATH", "x")]).is_ok());
    let mut config = Config::new();
    let error = config.set("conection=kinesis").unwrap_err().to_string();
    assert!(error.contains("did you mean `connection`?"), "{error}");
    let error = config.set("connection").unwrap_err().to_string();
    assert_eq!(error, "--set: expected name=value");
}

#[test]
fn a_setting_is_given_once_per_layer_also_under_its_other_names() {
    let error = toml("delivery_stream_name = \"a\"\nstream_name = \"b\"").unwrap_err();
    assert_eq!(error, "f.toml: `delivery_stream_name` is given twice");
    let mut config = Config::new();
    config.set("linger=1s").unwrap();
    config.set("linger=2s").unwrap();
}

#[test]
fn errors_of_toml_do_not_quote_the_line() {
    let error = toml("connection = \"kinesis\"\nsecret_access_key = hunter2").unwrap_err();
    assert!(error.starts_with("f.toml, line 2: "), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    let error = toml("secret_access_key = [\"hunter2\"]").unwrap_err();
    assert_eq!(error, "f.toml: `secret_access_key` is not text");
    let error = toml("linger = 2020-01-01").unwrap_err();
    assert_eq!(error, "f.toml: `linger` is datetime, which no setting is");
}

#[test]
fn secrets_are_refused_on_the_command_line_and_never_shown() {
    for setting in settings().filter(|setting| setting.secret) {
        let mut config = Config::new();
        let assignment = format!("{}=hunter2", setting.name);
        let error = config.set(&assignment).unwrap_err().to_string();
        let variable = format!("HYDRANT_{}", setting.name.to_ascii_uppercase());
        assert!(
            error.contains(&variable) && !error.contains("hunter2"),
            "{error}"
        );
        let value = match setting.kind {
            Kind::Map => "name=hunter2",
            _ => "hunter2",
        };
        let config = environment(&[(&variable, value)]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(setting.default.is_none());
    }
    assert_eq!(format!("{:?}", Secret::new("hunter2")), "[redacted]");
}

#[test]
fn secrets_come_from_files_and_providers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "hunter2\n").unwrap();
    let mut config = Config::new();
    let assignment = format!("secret_access_key_file={}", path.display());
    config.set(&assignment).unwrap();
    assert_eq!(config.origin("secret_access_key"), Some(&Origin::Flag));
    let mut asked = Vec::new();
    let asked_names = std::sync::Mutex::new(&mut asked);
    config
        .secrets(&|name: &str| {
            asked_names.lock().unwrap().push(name.to_owned());
            Ok((name == "token").then(|| Secret::new("t")))
        })
        .unwrap();
    assert!(
        asked.contains(&"token".to_owned()) && !asked.contains(&"secret_access_key".to_owned())
    );
    assert_eq!(config.origin("token"), Some(&Origin::Provider));
    assert_eq!(config.origin("password"), None);
    std::fs::write(&path, "\n").unwrap();
    let error = config.set(&assignment).unwrap_err().to_string();
    assert!(error.ends_with("is empty"), "{error}");
    let error = config
        .set("token_file=/nonexistent")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("--set: `token_file`: cannot read the file")
            && !error.contains("/nonexistent"),
        "{error}"
    );
    // Only secrets have files.
    assert!(config.set("linger_file=/nonexistent").is_err());
    let failing = |_: &str| Err("the secret manager does not answer".to_owned());
    assert!(Config::new().secrets(&failing).is_err());
}

#[test]
#[cfg(unix)]
fn a_file_with_secrets_that_others_can_read_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.toml");
    for (text, mode, warned) in [
        ("token = \"t\"", 0o644, true),
        ("token = \"t\"", 0o600, false),
        ("linger = \"1s\"", 0o644, false),
    ] {
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut config = Config::new();
        config.file(&path).unwrap();
        assert_eq!(
            config.warnings().len(),
            usize::from(warned),
            "{text} {mode:o}"
        );
    }
    assert!(Config::new().file(&folder.path().join("missing")).is_err());
}

#[test]
#[cfg(unix)]
fn a_file_of_a_secret_that_others_can_read_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "s3cret\n").unwrap();
    for (mode, warned) in [(0o644, true), (0o640, true), (0o600, false), (0o400, false)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let warning = format!(
            "{} holds secrets and can be read by other users; `chmod 600` it",
            path.display()
        );
        let expected = if warned { vec![warning] } else { vec![] };
        for name in ["password_file", "token_file", "secret_access_key_file"] {
            let mut config = Config::new();
            let set = config.set(&format!("{name}={}", path.display()));
            set.unwrap();
            assert_eq!(config.warnings(), expected, "{name} {mode:o}");
            // One file is reported once.
            let text = format!("hmac_key_file = {path:?}");
            config.toml(&text, "f.toml".as_ref()).unwrap();
            assert_eq!(config.warnings(), expected, "{name} {mode:o}");
        }
    }
}

#[test]
fn names_are_unique_and_described() {
    let mut seen = std::collections::BTreeSet::new();
    for setting in settings() {
        for name in std::iter::once(&setting.name).chain(setting.aliases) {
            assert!(seen.insert(*name), "{name}");
            let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(name.chars().all(valid), "{name}");
        }
        assert!(
            !setting.about.is_empty() && !setting.about.ends_with('.'),
            "{}",
            setting.name
        );
    }
    // The path of a file with a secret has the name of the setting and `_file`.
    for secret in settings().filter(|setting| setting.secret) {
        for name in std::iter::once(&secret.name).chain(secret.aliases) {
            let file = format!("{name}_file");
            assert!(!seen.contains(file.as_str()), "{file}");
        }
    }
}
