//! `hydrant settings`: the settings of `forward` and `map`.

use std::process::ExitCode;

use clap::Args;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use crate::exit::{Failure, exit_status};
use crate::output::OutputArgs;
use hydrant_forward::ConnectionKind;
use hydrant_forward::config::settings;

/// List the settings of forward, map, check and aws-policy
///
/// A setting has the same name in the configuration file, after --set, and in upper case after
/// HYDRANT_ in the environment; the command line is stronger than the environment, which is
/// stronger than the file.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant settings --connection kinesis\n\n",
    exit_status!()
))]
pub(crate) struct SettingsArgs {
    /// Only the settings that have an effect on this connection: kinesis, kafka, audience, http or sqs
    #[arg(long, value_name = "KIND", value_parser = kind)]
    connection: Option<ConnectionKind>,

    #[command(flatten)]
    output: OutputArgs,
}

fn kind(name: &str) -> Result<ConnectionKind, String> {
    let mut all = ConnectionKind::ALL.iter();
    let found = all.find(|(known, _)| *known == name);
    found
        .map(|(_, kind)| *kind)
        .ok_or_else(|| "expected kinesis, kafka, audience, http or sqs".to_owned())
}

pub(crate) fn run(args: &SettingsArgs) -> Result<ExitCode, Failure> {
    let output = args.output.open(&[])?;
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(120)
        .set_header(["name", "value", "default", "effect"]);
    let all = settings();
    let used = all.filter(|setting| args.connection.is_none_or(|kind| kind.uses(setting)));
    for setting in used {
        let mut about = setting.about.to_owned();
        if setting.secret {
            about.push_str(" (secret: not with --set)");
        }
        if !setting.aliases.is_empty() {
            about.push_str(&format!(" (also {})", setting.aliases.join(", ")));
        }
        let kind = setting.kind.to_string();
        table.add_row([setting.name, &kind, setting.default.unwrap_or(""), &about]);
    }
    // Names are not divided, so that they can be found.
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::ContentWidth);
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    output.print(text.as_bytes())
}
