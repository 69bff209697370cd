//! `hydrant new`: the package of a working integration, from the files of `template/`.

mod name;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::deploy;
use crate::exit::{Failure, exit_status};
use crate::output::Output;
use crate::terminal;
use name::Name;

/// Create the package of an integration that works: module, tests, hosts, deployment
///
/// The new folder NAME has an async module with settings and two handlers, its tests, programs for
/// AWS Lambda and as an HTTP server, a template for AWS SAM, the permissions of the platform, a
/// workflow for GitHub and a README that says what to do next. Nothing is overwritten: the folder
/// must be empty if it exists.
///
/// With --path the package depends on the packages of a checkout of hydrant, in the versions of
/// their dependencies that the checkout was tested with. Without it, it depends on published
/// packages, which do not exist yet.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant new acme-mail --path ../hydrant\n  \
     cd acme-mail && cargo test\n\n",
    exit_status!()
))]
pub(crate) struct NewArgs {
    /// Name of the package and of its folder: lower-case letters, digits, `-` and `_`
    #[arg(value_name = "NAME", value_parser = Name::parse)]
    name: Name,

    /// A checkout of hydrant whose packages are used
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
}

/// The files of the package, by their paths in it. The names in the template differ where the real
/// ones have a meaning for cargo or git.
const FILES: [(&str, &str); 13] = [
    ("Cargo.toml", include_str!("template/manifest.toml")),
    (".gitignore", include_str!("template/gitignore")),
    (".github/workflows/ci.yml", include_str!("template/ci.yml")),
    ("README.md", include_str!("template/README.md")),
    ("src/lib.rs", include_str!("template/src/lib.rs")),
    (
        "src/bin/lambda.rs",
        include_str!("template/src/bin/lambda.rs"),
    ),
    (
        "src/bin/server.rs",
        include_str!("template/src/bin/server.rs"),
    ),
    (
        "examples/module.rs",
        include_str!("template/examples/module.rs"),
    ),
    ("tests/module.rs", include_str!("template/tests/module.rs")),
    (
        "samples/batch.json",
        include_str!("template/samples/batch.json"),
    ),
    (
        "samples/settings.json",
        include_str!("template/samples/settings.json"),
    ),
    (
        "deploy/template.yaml",
        include_str!("template/deploy/template.yaml"),
    ),
    (PERMISSIONS, include_str!("template/deploy/permissions.sh")),
];

/// The only file that is executable.
const PERMISSIONS: &str = "deploy/permissions.sh";

/// The packages of hydrant that the package depends on, and their folders in a checkout.
const PACKAGES: [(&str, &str); 5] = [
    ("hydrant", ""),
    ("hydrant-cli", "crates/cli"),
    ("hydrant-lambda", "crates/lambda"),
    ("hydrant-server", "crates/server"),
    ("hydrant-testing", "crates/testing"),
];

pub(crate) fn run(args: &NewArgs) -> Result<ExitCode, Failure> {
    let checkout = args.path.as_deref().map(Checkout::find).transpose()?;
    let folder = Path::new(args.name.package());
    require_free(folder)?;
    let values = values(&args.name, checkout.as_ref());
    for (path, template) in FILES {
        write(&folder.join(path), &fill(template, &values))?;
    }
    make_executable(&folder.join(PERMISSIONS))?;
    let name = args.name.package();
    let text = match &checkout {
        Some(checkout) => {
            checkout.copy_lock(folder)?;
            format!("created {name}\nnext: cd {name} && cargo test\n")
        }
        None => {
            terminal::complain(
                "the packages of hydrant are not published yet, so this one cannot be built; \
                 with --path it uses those of a checkout",
            );
            format!("created {name}\n")
        }
    };
    Output::stdout().print(text.as_bytes())
}

/// A checkout of hydrant.
struct Checkout {
    /// As it is given: absolute, or relative to the current folder.
    folder: PathBuf,
    /// The same as text, relative to the folder of the new package.
    from_package: String,
}

impl Checkout {
    fn find(folder: &Path) -> Result<Self, Failure> {
        for (package, within) in PACKAGES {
            let manifest = folder.join(within).join("Cargo.toml");
            let text = fs::read_to_string(&manifest).unwrap_or_default();
            if !text.contains(&format!("name = \"{package}\"")) {
                let folder = folder.display();
                return Err(Failure::Usage(format!(
                    "--path {folder} is not a checkout of hydrant: it has no package {package}"
                )));
            }
        }
        let text = folder.to_str().ok_or_else(|| {
            let folder = folder.display();
            Failure::Usage(format!("--path {folder} is not Unicode"))
        })?;
        // A slash separates folders on every system.
        let text = text.replace('\\', "/");
        let text = text.trim_end_matches('/');
        let from_package = match folder.is_absolute() {
            true => text.to_owned(),
            false => format!("../{text}"),
        };
        Ok(Self {
            folder: folder.to_owned(),
            from_package,
        })
    }

    /// Lets the package begin with the versions that the checkout was tested with. Cargo removes
    /// the packages that it does not need.
    fn copy_lock(&self, folder: &Path) -> Result<(), Failure> {
        match fs::read_to_string(self.folder.join("Cargo.lock")) {
            Ok(lock) => write(&folder.join("Cargo.lock"), &lock),
            // A checkout that was never built.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Failure::Input {
                name: self.folder.join("Cargo.lock").display().to_string(),
                error,
            }),
        }
    }
}

/// Fails if there is something in the folder.
fn require_free(folder: &Path) -> Result<(), Failure> {
    let name = folder.display().to_string();
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Output {
            name,
            error: io::Error::other("the folder is not empty"),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::Output { name, error }),
    }
}

/// The values of the placeholders.
fn values(name: &Name, checkout: Option<&Checkout>) -> Vec<(String, String)> {
    let [first, second] = deploy::PRINCIPALS;
    let mut values = vec![
        ("name".to_owned(), name.package().to_owned()),
        ("crate".to_owned(), name.identifier()),
        ("title".to_owned(), name.title()),
        ("variable".to_owned(), name.variable()),
        ("first principal".to_owned(), first.to_owned()),
        ("second principal".to_owned(), second.to_owned()),
        (
            "permissions".to_owned(),
            deploy::permissions_of_variables().trim_end().to_owned(),
        ),
    ];
    let origin = checkout.map_or_else(String::new, |checkout| {
        format!(
            "\nThe packages of hydrant are those of the checkout in `{}`. The workflow for GitHub does not \
             have it,\nso use published packages there.\n",
            checkout.from_package
        )
    });
    values.push(("origin".to_owned(), origin));
    let note = checkout.map_or_else(String::new, |checkout| {
        format!(
            "\n# This workflow fails until Cargo.toml names published packages of hydrant: the \
             checkout in\n# {} exists only where this package was created.\n",
            checkout.from_package
        )
    });
    values.push(("workflow note".to_owned(), note));
    for (package, within) in PACKAGES {
        let from = match checkout {
            None => format!("version = \"{}\"", env!("CARGO_PKG_VERSION")),
            Some(checkout) => {
                let folder = Path::new(&checkout.from_package).join(within);
                let folder = folder.display().to_string().replace('\\', "/");
                format!("path = {:?}", folder.trim_end_matches('/'))
            }
        };
        values.push((package.to_owned(), from));
    }
    values
}

/// Replaces `{{name}}` by the value of that name. Values are not searched.
fn fill(template: &str, values: &[(String, String)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let found = after.split_once("}}").and_then(|(name, after)| {
            let value = values.iter().find(|(known, _)| known == name)?;
            Some((value.1.as_str(), after))
        });
        text.push_str(before);
        // Braces that are not a placeholder, as in `format!`, stay.
        let (value, after) = found.unwrap_or(("{{", after));
        text.push_str(value);
        rest = after;
    }
    text + rest
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    // Files that appeared in the meantime are not overwritten either.
    let written = folder
        .and_then(|()| fs::File::create_new(path))
        .and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|error| Failure::Output {
        name: path.display().to_string(),
        error,
    })
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let set = fs::metadata(path).and_then(|metadata| {
        let mut permissions = metadata.permissions();
        // Execution is permitted to all who have permission to read.
        let mode = permissions.mode();
        permissions.set_mode(mode | (mode & 0o444) >> 2);
        fs::set_permissions(path, permissions)
    });
    set.map_err(|error| Failure::Output {
        name: path.display().to_string(),
        error,
    })
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_once() {
        let values =
            [("a", "1"), ("b", "{{a}}")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fill("{{a}} {{b}} {{c}} {{", &values), "1 {{a}} {{c}} {{");
    }

    /// `hydrant deploy-commands` has the same commands.
    #[cfg(unix)]
    #[test]
    fn the_permissions_can_be_added_again() {
        let values = values(&Name::parse("acme").unwrap(), None);
        let (_, script) = FILES.iter().find(|(path, _)| *path == PERMISSIONS).unwrap();
        let args = ["us-east-1", "arn:acme:live"];
        deploy::tests::assert_can_run_again(&fill(script, &values), &args, 2);
    }

    #[test]
    fn no_placeholder_is_left() {
        let name = Name::parse("acme-mail").unwrap();
        let values = values(&name, None);
        for (path, template) in FILES {
            let text = fill(template, &values);
            assert!(!text.contains("{{"), "{path}");
            assert!(text.ends_with('\n'), "{path}");
        }
    }
}
