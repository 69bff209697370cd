//! Records of runs: CSV with the date, CPU, commit and command of each figure.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// The variable with the name of the file.
const RECORD: &str = "HYDRANT_BENCH_RECORD";

const HEAD: &str = "date,cpu,commit,command,bench,input,contender,mb_per_s,ratio_to_hydrant";

/// One figure.
pub struct Row {
    pub input: String,
    pub contender: String,
    /// None for a figure in another unit, which is part of the contender's name.
    pub mb_per_s: Option<f64>,
    pub ratio: f64,
}

/// Whether this run is to be recorded.
pub fn wanted() -> bool {
    std::env::var_os(RECORD).is_some()
}

/// Appends to the file named by `HYDRANT_BENCH_RECORD`, if it is set. `HYDRANT_BENCH_CPU` replaces
/// the CPU name that the machine reports.
pub fn append(bench: &str, rows: &[Row]) {
    let Some(path) = std::env::var_os(RECORD) else {
        return;
    };
    let head = [
        date(),
        std::env::var("HYDRANT_BENCH_CPU").unwrap_or_else(|_| cpu()),
        commit(),
        format!("{}{}cargo bench --bench {bench}", variables(), pinned()),
        bench.to_owned(),
    ]
    .map(|field| quoted(&field))
    .join(",");
    let mut text = String::new();
    for row in rows {
        let mb_per_s = row.mb_per_s.map(|speed| format!("{speed:.1}"));
        writeln!(
            text,
            "{head},{},{},{},{:.3}",
            quoted(&row.input),
            quoted(&row.contender),
            mb_per_s.unwrap_or_default(),
            row.ratio
        )
        .unwrap();
    }
    // A bench runs in the folder of the package, wherever cargo was called.
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if file.metadata().unwrap().len() == 0 {
        text.insert_str(0, &format!("{HEAD}\n"));
    }
    file.write_all(text.as_bytes()).unwrap();
}

/// A field of CSV (RFC 4180).
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// `taskset -c N `, if this process may run on one CPU only and the machine has more.
fn pinned() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let status = read("/proc/self/status");
    let allowed = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let allowed = allowed.unwrap_or_default().trim();
    let all = read("/sys/devices/system/cpu/online");
    if allowed.parse::<u32>().is_ok() && all.trim() != allowed {
        format!("taskset -c {allowed} ")
    } else {
        String::new()
    }
}

/// The variables that affect the measurement, in the form in which they precede the command.
fn variables() -> String {
    let assignment = |name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        let plain = value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
        let quote = if plain { "" } else { "'" };
        Some(format!("{name}={quote}{value}{quote} "))
    };
    ["RUSTFLAGS", "HYDRANT_HASH_PLATFORM"]
        .into_iter()
        .filter_map(assignment)
        .collect()
}

/// The model that Linux reports, as `lscpu` prints it.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_owned())
    });
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["describe", "--always", "--dirty", "--exclude=*"])
        .output();
    match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        _ => "unknown".to_owned(),
    }
}

/// Today in UTC as year-month-day (the civil calendar from days, Hinnant 2013).
fn date() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let days = (now.as_secs() / 86_400) as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
