//! `hydrant diff`: compares what became of the requests of two recordings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use hydrant::write::JsonWriter;
use serde_json::Value;

use crate::exit::{self, Failure, exit_status};
use crate::interrupt::Stop;
use crate::output::{Output, OutputArgs, Unwritable};
use crate::replay::is_repeated;
use crate::replay::recording::{Line, read};
use crate::terminal::{self, harmless, harmless_json};

/// Compare what became of the requests of two recordings
///
/// A and B are recordings of two runs of a module with the same requests, for example before and
/// after a change: record a run, play it with `hydrant replay` against both versions, and record
/// these runs. Requests are matched by their type and identifier, and equal ones in the order in
/// which they were received; of the attempts of one request the last is compared. The comparison
/// covers how they ended, the status, the outcomes of the message, its notifications and its events
/// with their reasons, the response without its identifier and time, and the records. Times are not
/// compared.
///
/// Each difference is a line; with --json it is {"id","type","field","a","b"}. The exit status is 1 if
/// there are differences, or requests that only one of them has.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant diff before/ after/\n  \
     hydrant diff --json before.ndjson after.ndjson | jq -r .field | sort | uniq -c\n\n",
    exit_status!("the recordings differ, or one of them cannot be read or compared")
))]
pub(crate) struct DiffArgs {
    /// The recording of one run, or a folder of recordings
    #[arg(value_name = "A")]
    a: PathBuf,

    /// That of the other run
    #[arg(value_name = "B")]
    b: PathBuf,

    /// Write a JSON object per difference
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    output: OutputArgs,
}

/// The fields that are compared.
const FIELDS: [&str; 7] = [
    "ended", "status", "error", "outcome", "not_done", "response", "records",
];

/// Fields of a response that differ in each run.
const VARIABLE: [&str; 2] = ["id", "timestamp_ms"];

/// A request, by its type and its identifier.
type Key = (String, String);

/// When a request was received. Lines of a recording are in the order of the answers instead.
type Received = (i64, i64);

/// What became of a request.
type Fields = BTreeMap<&'static str, Value>;

/// What became of the requests of a run.
#[derive(Default)]
struct Run {
    requests: BTreeMap<Key, Vec<(Received, Fields)>>,
    left_out: u64,
    /// Attempts that failed and were followed by another one.
    repeated: u64,
    /// Requests without an identifier, which cannot be matched.
    nameless: u64,
}

/// The counts of the comparison.
#[derive(Default)]
struct Counts {
    same: u64,
    different: u64,
    only_a: u64,
    only_b: u64,
}

pub(crate) fn run(args: &DiffArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let mut output = args.output.open(&[])?;
    let a = Run::read(&args.a, stop)?;
    let b = Run::read(&args.b, stop)?;
    if stop.raised() {
        return Ok(exit::INTERRUPTED.into());
    }
    for (name, run) in [(&args.a, &a), (&args.b, &b)] {
        run.remark(name);
    }
    let mut counts = Counts::default();
    match compare(&a, &b, args.json, &mut output, &mut counts) {
        Ok(()) | Err(Unwritable::Closed) => {}
        Err(Unwritable::Failed(failure)) => return Err(failure),
    }
    terminal::complain(&format!(
        "same {}, different {}, only in A {}, only in B {}",
        counts.same, counts.different, counts.only_a, counts.only_b
    ));
    let printed = output.print(&[])?;
    let is_same = counts.different + counts.only_a + counts.only_b == 0;
    Ok(match is_same {
        true => printed,
        false => exit::REFUSED.into(),
    })
}

fn compare(
    a: &Run,
    b: &Run,
    json: bool,
    output: &mut Output,
    counts: &mut Counts,
) -> Result<(), Unwritable> {
    let mut write = |difference: &Difference<'_>| {
        let mut line = Vec::new();
        difference.append(json, &mut line);
        output.write(&line)
    };
    let keys: BTreeSet<&Key> = a.requests.keys().chain(b.requests.keys()).collect();
    let pairs = keys.into_iter().flat_map(|key| {
        let [a, b] = [a, b].map(|run| run.requests.get(key).map_or(&[][..], Vec::as_slice));
        (0..a.len().max(b.len())).map(move |at| (key, a.get(at), b.get(at)))
    });
    for (key, one, other) in pairs {
        let (one, other) = match (one, other) {
            (Some((_, one)), Some((_, other))) => (one, other),
            (Some(_), None) => {
                counts.only_a += 1;
                write(&Difference::of(key, "request", Some("recorded"), None))?;
                continue;
            }
            _ => {
                counts.only_b += 1;
                write(&Difference::of(key, "request", None, Some("recorded")))?;
                continue;
            }
        };
        let mut is_same = true;
        for field in FIELDS {
            let (one, other) = (one.get(field), other.get(field));
            if one != other {
                is_same = false;
                let text = |value: Option<&Value>| value.map(Value::to_string);
                let (one, other) = (text(one), text(other));
                write(&Difference::of(
                    key,
                    field,
                    one.as_deref(),
                    other.as_deref(),
                ))?;
            }
        }
        match is_same {
            true => counts.same += 1,
            false => counts.different += 1,
        }
    }
    Ok(())
}

impl Run {
    fn read(path: &Path, stop: &Arc<Stop>) -> Result<Self, Failure> {
        let mut run = Self::default();
        read(path, stop, |line| run.add(line))?;
        if run.requests.is_empty() && !stop.raised() {
            let name = path.display();
            return Err(Failure::Refused(format!(
                "error: there is no request in {name} that can be compared"
            )));
        }
        for equal in run.requests.values_mut() {
            equal.sort_by_key(|(received, _)| *received);
            let (all, mut at) = (equal.len(), 0);
            equal.retain(|(_, fields)| {
                at += 1;
                let status = fields.get("status").and_then(Value::as_i64);
                at == all || !status.is_some_and(is_repeated)
            });
            run.repeated += (all - equal.len()) as u64;
        }
        Ok(run)
    }

    fn add(&mut self, line: Line<'_>) {
        self.left_out += line.left_out();
        if !line.is_request() {
            return;
        }
        let key = (line.text("type"), line.text("id"));
        if key.1.is_empty() {
            self.nameless += 1;
            return;
        }
        let received = (line.integer("received_ms"), line.integer("sequence"));
        let fields = FIELDS.map(|field| (field, value(field, line.raw(field))));
        let equal = self.requests.entry(key).or_default();
        equal.push((received, BTreeMap::from(fields)));
    }

    /// Says what is not compared.
    fn remark(&self, name: &Path) {
        let name = name.display();
        if self.left_out > 0 {
            let count = self.left_out;
            terminal::complain(&format!(
                "note: {name}: requests that could not be recorded and are missing: {count}"
            ));
        }
        if self.repeated > 0 {
            let count = self.repeated;
            terminal::complain(&format!(
                "note: {name}: attempts that failed and were repeated, which are not compared: {count}"
            ));
        }
        if self.nameless > 0 {
            let count = self.nameless;
            terminal::complain(&format!(
                "note: {name}: requests without an identifier, which are not compared: {count}"
            ));
        }
    }
}

/// A field without what differs in each run.
fn value(field: &str, text: &str) -> Value {
    let mut value = serde_json::from_str::<Value>(text).unwrap_or_default();
    if let ("response", Value::Object(response)) = (field, &mut value) {
        response.retain(|name, _| !VARIABLE.contains(&name.as_str()));
    }
    value
}

struct Difference<'d> {
    kind: &'d str,
    id: &'d str,
    field: &'d str,
    a: Option<&'d str>,
    b: Option<&'d str>,
}

impl<'d> Difference<'d> {
    fn of(key: &'d Key, field: &'d str, a: Option<&'d str>, b: Option<&'d str>) -> Self {
        Self {
            kind: &key.0,
            id: &key.1,
            field,
            a,
            b,
        }
    }

    fn append(&self, json: bool, out: &mut Vec<u8>) {
        let sides = [("a", self.a), ("b", self.b)];
        if json {
            let start = out.len();
            JsonWriter::new(out).object(|json| {
                json.text_field("id", self.id);
                json.text_field("type", self.kind);
                json.text_field("field", self.field);
                for (name, side) in sides {
                    match side {
                        Some(side) if self.field == "request" => json.text_field(name, side),
                        Some(side) => json.raw_field(name, side),
                        None => json.null_field(name),
                    }
                }
            });
            harmless_json(out, start);
            out.push(b'\n');
            return;
        }
        let [a, b] = sides.map(|(_, side)| harmless(side.unwrap_or("missing")));
        let (kind, id, field) = (harmless(self.kind), harmless(self.id), self.field);
        let text = format!("{kind} {id} {field}\n  A: {a}\n  B: {b}\n");
        out.extend_from_slice(text.as_bytes());
    }
}
