//! `hydrant completions` and `hydrant manual`: shell completions and manual pages from the
//! definitions of the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;
use super::exit::{self, Failure, exit_status};
use super::output::Output;

/// Print the completions of a shell
///
/// Source the output where the shell looks for completions.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant completions bash > /etc/bash_completion.d/hydrant\n  \
     hydrant completions fish > ~/.config/fish/completions/hydrant.fish\n\n",
    exit_status!()
))]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Print a manual page, or write all of them to a folder
///
/// Without arguments, the page of the program is printed. Each command has a page, too.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant manual | man -l -\n  \
     hydrant manual process | man -l -\n  \
     hydrant manual --dir /usr/local/share/man/man1\n\n",
    exit_status!()
))]
pub(super) struct ManualArgs {
    /// Command whose page is printed [default: the program as a whole]
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    page: Option<String>,

    /// Write all pages to this folder, which is created if necessary: hydrant.1, hydrant-process.1
    /// and so on
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn completions(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hydrant", &mut text);
    Output::stdout().print(&text)
}

pub(super) fn manual(args: &ManualArgs) -> Result<ExitCode, Failure> {
    let mut cli = Cli::command().disable_help_subcommand(true);
    // Sets the full names of the commands.
    cli.build();
    if let Some(dir) = &args.dir {
        return write_all(&cli, dir);
    }
    let command = match &args.page {
        None => &cli,
        Some(name) => cli
            .get_subcommands()
            .find(|command| command.get_name() == name)
            .ok_or_else(|| Failure::Usage(format!("there is no command `{name}`")))?,
    };
    let (_, page) = page(command)?;
    Output::stdout().print(&page)
}

fn write_all(cli: &Command, dir: &Path) -> Result<ExitCode, Failure> {
    let unwritable = |path: &Path| {
        let name = path.to_string_lossy().into_owned();
        |error| Failure::Output { name, error }
    };
    fs::create_dir_all(dir).map_err(unwritable(dir))?;
    for command in std::iter::once(cli).chain(cli.get_subcommands()) {
        let (name, page) = page(command)?;
        let path = dir.join(name);
        fs::write(&path, page).map_err(unwritable(&path))?;
    }
    Ok(exit::GOOD.into())
}

/// The name of the file, and the page.
fn page(command: &Command) -> Result<(String, Vec<u8>), Failure> {
    let after = command.get_after_long_help().map(ToString::to_string);
    // clap_mangen would put everything after the options under one generic heading; the text has
    // better ones.
    let man = Man::new(command.clone().after_long_help(None))
        .source(concat!("hydrant ", env!("CARGO_PKG_VERSION")));
    let name = man.get_filename();
    let mut page = Vec::new();
    match man.render(&mut page) {
        Ok(()) => {
            page.extend_from_slice(sections(&after.unwrap_or_default()).as_bytes());
            Ok((name, page))
        }
        Err(error) => Err(Failure::Output { name, error }),
    }
}

/// Turns paragraphs that begin with `Heading:` into sections with their lines unchanged, and others
/// into text.
fn sections(text: &str) -> String {
    let mut roff = String::new();
    for paragraph in text.split("\n\n") {
        let (first, rest) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        let lines = match first.strip_suffix(':') {
            Some(heading) => {
                roff.push_str(&format!(".SH {}\n.nf\n", heading.to_uppercase()));
                rest
            }
            None => {
                roff.push_str(".PP\n.nf\n");
                paragraph
            }
        };
        for line in lines.lines() {
            // A dot or an apostrophe at the beginning would be a request; `\&` is a zero-width
            // character that prevents it.
            let line = line
                .replace('\\', "\\e")
                .replace('-', "\\-")
                .replace('\'', "\\(aq");
            roff.push_str(&format!("\\&{line}\n"));
        }
        roff.push_str(".fi\n");
    }
    roff
}
