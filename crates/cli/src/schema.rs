//! `hydrant schema`: the JSON Schema of the messages, from the declarations of the library.

use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::exit::{Failure, exit_status};
use super::output::OutputArgs;
use hydrant::message::Message;
use hydrant::schema::MemberInfo;

/// Print the JSON Schema of the messages
///
/// The schema (draft 2020-12) describes the output of 'hydrant normalize' for messages in which
/// this version knows all values. Reading accepts more: null for absent values, numbers in strings,
/// and values and objects that are newer than this version.
///
/// Keywords of its own: x-required marks fields that the protocol requires although messages
/// without them are accepted, x-since is the first version of the Java SDK that has the field,
/// x-secret marks values that are never shown, x-decimal numbers whose digits are kept exactly.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant schema --output firehose.schema.json\n  \
     hydrant schema event_processing_request\n\n",
    exit_status!()
))]
pub(super) struct SchemaArgs {
    /// Message to describe, by its `type` [default: all of them]
    #[arg(value_name = "MESSAGE", value_parser = messages())]
    message: Option<&'static MemberInfo>,

    #[command(flatten)]
    output: OutputArgs,
}

fn messages() -> impl TypedValueParser<Value = &'static MemberInfo> {
    let members = Message::INFO.members;
    PossibleValuesParser::new(members.iter().map(|member| member.tag)).try_map(|name| {
        let found = members.iter().find(|member| member.tag == name);
        found.ok_or("not the type of a message")
    })
}

pub(super) fn run(args: &SchemaArgs) -> Result<ExitCode, Failure> {
    let output = args.output.open(&[])?;
    let text = match args.message {
        Some(message) => message.json_schema(),
        None => Message::INFO.json_schema(),
    };
    output.print(text.as_bytes())
}
