//! `hydrant plan`: how much capacity a module needs. The package hydrant-plan computes; this folder
//! reads the options and the samples, and shows the forecast as a table, as JSON and as a page.

mod arguments;
mod chart;
mod html;
mod json;
mod report;
mod samples;

use std::process::ExitCode;
use std::sync::Arc;

pub(super) use arguments::PlanArgs;

use super::exit::Failure;
use super::input::sources;
use super::interrupt::Stop;
use super::process::write_report;
use hydrant_plan::{
    HostForecast, HostPlan, LambdaForecast, LambdaPlan, QuotaRequest, RatePoint, Waiting,
};

/// A plan and its forecast.
enum Planned {
    Lambda {
        plan: LambdaPlan,
        forecast: Box<LambdaForecast>,
        quota: QuotaRequest,
    },
    Http {
        plan: HostPlan,
        forecast: Box<HostForecast>,
        workers: u32,
    },
}

/// The points of the curves against the arrival rate.
enum Rates {
    Lambda(Vec<RatePoint>),
    Http(Vec<(f64, u32, Option<Waiting>)>),
}

/// The points of a curve.
const POINTS: u32 = 25;

impl Planned {
    fn rates(&self) -> Rates {
        match self {
            Self::Lambda { plan, .. } => Rates::Lambda(plan.rates(POINTS)),
            Self::Http { plan, .. } => Rates::Http(plan.rates(POINTS)),
        }
    }
}

pub(super) fn run(args: &PlanArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let inputs = sources(&args.inputs());
    let output = args.output.open_beside(args.html.as_deref(), &inputs)?;
    let (asked, planned) = args.plan(stop)?;
    if let Some(path) = &args.html {
        let page = html::page(&asked, &planned, &planned.rates());
        write_report(path, page.as_bytes())?;
    }
    let text = match args.json {
        true => json::json(&asked, &planned),
        false => report::text(&asked, &planned).into_bytes(),
    };
    output.print(&text)
}
