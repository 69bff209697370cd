//! The options of `hydrant plan`, and the plan that they describe.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{Planned, samples};
use crate::exit::{Failure, exit_status};
use crate::interrupt::Stop;
use crate::output::OutputArgs;
use hydrant_plan::{
    Architecture, Durations, EventCounts, HostPlan, InvalidInput, Lambda, LambdaPlan, Prices,
    QuotaRequest, REQUESTS_PER_ENVIRONMENT, Sender, ServiceTime, Workers, Workload,
};

/// Forecast concurrency, throttling, latency and cost of a module
///
/// Formulas (Little's law, Erlang B, M/M/c, M/D/c) and a simulation answer how many executions a
/// module needs, what happens at the ceiling of AWS Lambda, where refused calls are repeated by the
/// sender, how long a burst takes to drain, how long calls take, and what they cost. With --workers
/// an HTTP host with a queue is planned. Requests arrive at random. Concurrency, throttling and
/// latency are those of the peak. The same options with the same seed always give the same forecast.
///
/// With --json the forecast is one object on a line.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant plan --requests-per-second 450 --service-ms 200 --service-cv 1 --ceiling 100\n  \
     hydrant plan --events-per-second 20000 --sample messages.ndjson --peak-factor 4 \\\n      \
     --service-ms 2 --event-ms 0.05 --downstream-ms 30 --memory 512 --html plan.html\n  \
     hydrant plan --requests-per-second 800 --service-samples ms.txt --service-memory 1769 --json\n  \
     hydrant plan --events-per-second 9000 --service-samples bench.json --service-memory 1769\n  \
     hydrant plan --requests-per-second 400 --service-ms 20 --workers 16\n\n",
    exit_status!()
))]
#[command(group = clap::ArgGroup::new("rate").required(true))]
#[command(group = clap::ArgGroup::new("service").required(true))]
pub(crate) struct PlanArgs {
    /// Requests per second, the mean
    #[arg(long, value_name = "RATE", group = "rate", value_parser = decimal)]
    requests_per_second: Option<f64>,

    /// Events per second, the mean
    #[arg(long, value_name = "RATE", group = "rate", value_parser = decimal)]
    events_per_second: Option<f64>,

    /// Events in a request, the mean [default: that of a report of `bench` in --service-samples,
    /// otherwise 1]
    #[arg(long, value_name = "N", conflicts_with = "sample", value_parser = decimal)]
    events_per_request: Option<f64>,

    /// Messages whose event batches show how many events a request has, as the other commands read
    /// them; `-` for standard input
    #[arg(long, value_name = "FILE")]
    sample: Option<PathBuf>,

    /// How many times as many requests arrive in a peak
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = decimal)]
    peak_factor: f64,

    /// How long a peak lasts
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = decimal)]
    peak_seconds: f64,

    /// Time on the processor for a request, the mean
    #[arg(long, value_name = "MS", group = "service", value_parser = decimal)]
    service_ms: Option<f64>,

    /// Coefficient of variation of that time: 0 is constant, 1 exponential; a gamma distribution
    #[arg(
        long,
        value_name = "CV",
        default_value = "0.5",
        conflicts_with = "service_samples",
        value_parser = decimal
    )]
    service_cv: f64,

    /// Measured times of requests: in milliseconds, one per line, or the report that `bench
    /// --report-file` of a module's program wrote (`hydrant_cli::run`), which also has the share of
    /// the time on the processor and the number of events; `-` for standard input
    #[arg(long, value_name = "FILE", group = "service")]
    service_samples: Option<PathBuf>,

    /// More time on the processor for each event of the request
    #[arg(long, value_name = "MS", default_value = "0", value_parser = decimal)]
    event_ms: f64,

    /// Time of waiting for other systems, the mean; it does not depend on the memory size
    #[arg(long, value_name = "MS", value_parser = decimal)]
    downstream_ms: Option<f64>,

    /// Coefficient of variation of that time
    #[arg(
        long,
        value_name = "CV",
        default_value = "1",
        requires = "downstream_ms",
        value_parser = decimal
    )]
    downstream_cv: f64,

    /// Plan an HTTP host with this many workers and a queue, instead of a function on AWS Lambda
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = [
            "ceiling", "warm", "cold_start_ms", "memory", "service_memory", "architecture",
            "retry_base_ms", "retry_cap_ms", "attempts", "price_gb_second",
            "price_million_requests", "region", "throttles",
        ]
    )]
    workers: Option<u32>,

    /// Concurrent executions that the function may have: its reserved concurrency, or the limit of
    /// the account
    #[arg(
        long,
        value_name = "N",
        default_value = "100",
        help_heading = "AWS Lambda"
    )]
    ceiling: u32,

    /// Execution environments that are warm before a peak [default: as many as the mean rate needs]
    #[arg(long, value_name = "N", help_heading = "AWS Lambda")]
    warm: Option<u32>,

    /// How much longer a call takes that starts an environment
    #[arg(
        long,
        value_name = "MS",
        default_value = "100",
        value_parser = decimal,
        help_heading = "AWS Lambda"
    )]
    cold_start_ms: f64,

    /// Memory size of the function; 1769 MB are one vCPU
    #[arg(
        long,
        value_name = "MB",
        default_value = "1024",
        help_heading = "AWS Lambda"
    )]
    memory: u32,

    /// Memory size at which the time on the processor was measured; 1769 if the module had a
    /// processor for itself [default: that of --memory]
    #[arg(long, value_name = "MB", help_heading = "AWS Lambda")]
    service_memory: Option<u32>,

    /// Instruction set, on which the price depends
    #[arg(
        long,
        value_name = "NAME",
        default_value = "x86_64",
        value_parser = architecture(),
        help_heading = "AWS Lambda"
    )]
    architecture: Architecture,

    /// Price of a GB-second [default: 0.0000166667 for x86_64, 0.0000133334 for arm64: the list
    /// prices of us-east-1 in December 2026, first tier]
    #[arg(long, value_name = "USD", value_parser = decimal, help_heading = "AWS Lambda")]
    price_gb_second: Option<f64>,

    /// Price of a million requests [default: 0.20, as above]
    #[arg(long, value_name = "USD", value_parser = decimal, help_heading = "AWS Lambda")]
    price_million_requests: Option<f64>,

    /// Region, for the text of the quota request
    #[arg(
        long,
        value_name = "NAME",
        default_value = "us-east-1",
        help_heading = "AWS Lambda"
    )]
    region: String,

    /// Highest value of the metric Throttles seen in CloudWatch, for the quota request
    #[arg(long, value_name = "N", help_heading = "AWS Lambda")]
    throttles: Option<u32>,

    /// Longest delay before the sender repeats a refused call for the first time; it doubles, and
    /// each delay is chosen at random up to it. mParticle does not publish its delays
    #[arg(
        long,
        value_name = "MS",
        default_value = "100",
        value_parser = decimal,
        help_heading = "Sender"
    )]
    retry_base_ms: f64,

    /// Longest delay of all
    #[arg(
        long,
        value_name = "MS",
        default_value = "20000",
        value_parser = decimal,
        help_heading = "Sender"
    )]
    retry_cap_ms: f64,

    /// Attempts after which the sender gives a request up, with the first one
    #[arg(long, value_name = "N", default_value = "10", help_heading = "Sender")]
    attempts: u32,

    /// Seed of the simulation
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,

    /// Write the forecast as JSON
    #[arg(long)]
    pub(super) json: bool,

    /// Also write a page with curves: concurrency and latency by arrival rate, cost by memory size
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,

    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What was asked, for the reports.
pub(super) struct Asked {
    pub(super) per_second: f64,
    pub(super) peak_per_second: f64,
    pub(super) peak_seconds: f64,
    pub(super) events_per_request: f64,
    pub(super) ceiling: u32,
    pub(super) request_rate: f64,
    pub(super) architecture: Architecture,
    pub(super) seed: u64,
}

fn decimal(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    let number = number.filter(|number| number.is_finite());
    number.ok_or_else(|| "expected a number".to_owned())
}

fn architecture() -> impl TypedValueParser<Value = Architecture> {
    let names = [Architecture::X86_64, Architecture::Arm64].map(Architecture::as_str);
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

fn usage(error: InvalidInput) -> Failure {
    Failure::Usage(error.to_string())
}

impl PlanArgs {
    /// The files that are read.
    pub(super) fn inputs(&self) -> Vec<PathBuf> {
        let files = [&self.sample, &self.service_samples];
        files.into_iter().flatten().cloned().collect()
    }

    /// Reads the samples and makes the forecast.
    pub(super) fn plan(&self, stop: &Arc<Stop>) -> Result<(Asked, Planned), Failure> {
        let inputs = self.inputs();
        if inputs.len() == 2 && inputs.iter().all(|name| name.as_os_str() == "-") {
            let reason = "--sample and --service-samples are both to be read from standard input";
            return Err(Failure::Usage(reason.to_owned()));
        }
        let service = self.service(stop)?;
        let events_per_request = service.events_per_request();
        let per_second = match (self.requests_per_second, self.events_per_second) {
            (Some(requests), _) => requests,
            (None, events) => events.unwrap_or_default() / events_per_request,
        };
        let workload = Workload::new(per_second, service).map_err(usage)?;
        let workload = workload.peak(self.peak_factor, self.peak_seconds);
        let workload = workload.map_err(usage)?;
        let asked = Asked {
            per_second,
            peak_per_second: workload.peak_per_second(),
            peak_seconds: self.peak_seconds,
            events_per_request,
            ceiling: self.workers.unwrap_or(self.ceiling),
            request_rate: f64::from(self.ceiling) * REQUESTS_PER_ENVIRONMENT,
            architecture: self.architecture,
            seed: self.seed,
        };
        let planned = match self.workers {
            Some(workers) => {
                let host = Workers::new(workers).map_err(usage)?;
                let plan = HostPlan::new(workload, host).seed(self.seed);
                let forecast = Box::new(plan.forecast());
                Planned::Http {
                    plan,
                    forecast,
                    workers,
                }
            }
            None => {
                let plan = self.lambda(workload).map_err(usage)?;
                let forecast = Box::new(plan.forecast());
                let quota = QuotaRequest::new(&plan, &forecast, &self.region, self.throttles);
                Planned::Lambda {
                    plan,
                    forecast,
                    quota,
                }
            }
        };
        Ok((asked, planned))
    }

    fn service(&self, stop: &Arc<Stop>) -> Result<ServiceTime, Failure> {
        let (cpu, cpu_share, measured_events) = match &self.service_samples {
            Some(path) => {
                let measured = samples::durations(path, stop)?;
                let share = measured.cpu_share.unwrap_or(1.0);
                (measured.durations, share, measured.events_per_request)
            }
            None => {
                let mean = self.service_ms.unwrap_or_default();
                let cpu = Durations::new(mean, self.service_cv).map_err(usage)?;
                (cpu, 1.0, None)
            }
        };
        let events = match &self.sample {
            Some(path) => samples::events(path, stop)?,
            None => {
                let events = self.events_per_request.or(measured_events);
                EventCounts::constant(events.unwrap_or(1.0)).map_err(usage)?
            }
        };
        let downstream = Durations::new(self.downstream_ms.unwrap_or_default(), self.downstream_cv);
        let service = ServiceTime::new(cpu).cpu_share(cpu_share).map_err(usage)?;
        let service = service.per_event(self.event_ms, events).map_err(usage)?;
        Ok(service.downstream(downstream.map_err(usage)?))
    }

    fn lambda(&self, workload: Workload) -> Result<LambdaPlan, InvalidInput> {
        let mut lambda = Lambda::new(self.ceiling)?.cold_start_ms(self.cold_start_ms)?;
        if let Some(environments) = self.warm {
            lambda = lambda.warm(environments)?;
        }
        let sender = Sender::default()
            .back_off_ms(self.retry_base_ms, self.retry_cap_ms)?
            .attempts(self.attempts)?;
        let mut prices = Prices::us_east_1(self.architecture);
        if let Some(price) = self.price_gb_second {
            prices = prices.gb_second(price)?;
        }
        if let Some(price) = self.price_million_requests {
            prices = prices.million_requests(price)?;
        }
        let mut plan = LambdaPlan::new(workload, lambda)
            .sender(sender)
            .prices(prices)
            .memory_mb(self.memory)?
            .seed(self.seed);
        if let Some(memory) = self.service_memory {
            plan = plan.measured_mb(memory)?;
        }
        Ok(plan)
    }
}
