//! Reports that `bench` wrote: the baseline of a later run, and measured service times for a plan.

use std::path::Path;
use std::sync::Arc;

use super::results::Figure;
use crate::exit::Failure;
use crate::input::{Chunk, Opener, Reader, sources};
use crate::interrupt::Stop;
use hydrant::json::Json;

/// The name of the format.
pub(super) const FORMAT: &str = "hydrant-bench-1";

/// A report.
pub(crate) struct Earlier {
    figures: [Option<f64>; 6],
    /// Module, concurrency, and the messages: runs that differ in one cannot be compared.
    pub(super) setting: String,
    /// Equally likely service times in milliseconds.
    pub(crate) samples: Vec<f64>,
    /// The share of the service time that is spent on a processor.
    pub(crate) cpu_share: Option<f64>,
    pub(crate) events_per_message: f64,
    pub(crate) concurrency: f64,
    /// Messages that were not answered, and events that failed.
    pub(crate) failures: f64,
}

impl Earlier {
    /// The longest report: about a hundred times the usual length.
    pub(crate) const LONGEST: usize = 1 << 20;

    /// Reads a file.
    pub(super) fn read(path: &Path, stop: &Arc<Stop>) -> Result<Self, Failure> {
        let opener = Opener::new(stop);
        let mut reader =
            Reader::new(opener, sources(&[path.to_owned()]), Self::LONGEST).lines_only();
        let (mut text, mut chunk) = (Vec::new(), Chunk::new());
        while text.len() <= Self::LONGEST && reader.fill(&mut chunk) {
            if let Some(error) = chunk.error.take() {
                let name = chunk.name.to_string();
                return Err(Failure::Input { name, error });
            }
            text.extend_from_slice(chunk.bytes());
        }
        Self::parse(&text).ok_or_else(|| Failure::Refused(Self::expected(path)))
    }

    /// What is wrong with a file.
    pub(crate) fn expected(path: &Path) -> String {
        format!(
            "error: {}: expected a report that `bench --report-file` or `--format json` wrote",
            path.display()
        )
    }

    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let json = Json::new(str::from_utf8(text).ok()?)?;
        if json.get("format")?.text()? != FORMAT {
            return None;
        }
        let number = |path: &[&str]| json.path(path).and_then(Json::number);
        let failures = [
            ["answers", "retry"],
            ["answers", "rejected"],
            ["answers", "refused"],
            ["outcomes", "retry"],
            ["outcomes", "rejected"],
        ];
        let samples = json.path(&["service_ms", "samples"])?.elements();
        Some(Self {
            figures: Figure::ALL.map(|figure| number(figure.path())),
            setting: setting(
                &json.path(&["module", "name"])?.text()?,
                &json.path(&["module", "handlers"])?.text()?,
                number(&["concurrency"])?,
                number(&["input", "messages"])?,
                number(&["input", "bytes"])?,
            ),
            samples: samples.map(Json::number).collect::<Option<_>>()?,
            cpu_share: number(&["cpu_share"]),
            events_per_message: number(&["events"])? / number(&["messages"])?,
            concurrency: number(&["concurrency"])?,
            failures: failures.iter().filter_map(|path| number(path)).sum(),
        })
    }

    pub(super) fn figure(&self, figure: Figure) -> Option<f64> {
        let mut all = Figure::ALL.iter().zip(self.figures);
        all.find(|(known, _)| **known == figure)?.1
    }
}

/// What has to be equal in runs that are compared.
pub(super) fn setting(
    module: &str,
    handlers: &str,
    concurrency: f64,
    messages: f64,
    bytes: f64,
) -> String {
    format!(
        "{module} with {handlers} handlers, {messages} messages of {bytes} bytes, concurrency \
         {concurrency}"
    )
}
