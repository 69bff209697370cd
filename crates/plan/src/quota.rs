//! [`QuotaRequest`]: the text of the request for a higher limit.

use std::fmt;

use crate::forecast::{LambdaForecast, LambdaPlan};

/// The concurrency that an account must have before an integration is published (lambda-and-http.md section 6).
pub const LEAST_PUBLISHED: u32 = 1000;

/// A request to AWS for a higher limit of concurrent executions. `Display` is its text.
///
/// The limit is the largest of 1,000, which the platform requires before an integration is
/// published, the forecast, and one and a half times the highest throttle count that was seen in
/// CloudWatch, rounded up to whole hundreds.
///
/// ```
/// use hydrant_plan::{Durations, Lambda, LambdaPlan, QuotaRequest, ServiceTime, Workload};
///
/// let service = ServiceTime::new(Durations::new(150.0, 0.5)?);
/// let plan = LambdaPlan::new(Workload::new(200.0, service)?, Lambda::new(100)?);
/// let request = QuotaRequest::new(&plan, &plan.forecast(), "us-east-1", Some(5000));
/// assert_eq!(request.limit(), 7500);
/// assert!(request.to_string().contains("Requested limit: "));
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaRequest {
    limit: u32,
    text: String,
}

impl QuotaRequest {
    /// The request for a plan with this forecast, in an AWS region. `throttles` is the highest
    /// value of the metric `Throttles` that was seen in CloudWatch, if one was.
    #[must_use]
    pub fn new(
        plan: &LambdaPlan,
        forecast: &LambdaForecast,
        region: &str,
        throttles: Option<u32>,
    ) -> Self {
        let needed = forecast.planned.reserved_concurrency;
        let throttled = throttles.map(|seen| f64::from(seen) * 1.5);
        let most = f64::from(needed.max(LEAST_PUBLISHED)).max(throttled.unwrap_or(0.0));
        let limit = ((most / 100.0).ceil() * 100.0).min(f64::from(u32::MAX)) as u32;
        let workload = &plan.workload;
        let seen = throttles.map_or_else(String::new, |seen| {
            format!("\n- highest value of the metric Throttles: {seen}, and 50 % more")
        });
        let text = format!(
            "Service: AWS Lambda, region {region}\n\
             Quota: concurrent executions (account level)\n\
             Current limit: {ceiling}\n\
             Requested limit: {limit}\n\
             \n\
             The function receives event batches from mParticle (Firehose), which calls it\n\
             synchronously (RequestResponse) and repeats throttled calls.\n\
             - requests per second: {mean} on average, {peak} at the peak\n\
             - duration: {duration:.0} ms on average, {p95:.0} ms at the 95th percentile\n\
             - memory: {memory} MB\n\
             - concurrent executions at the peak: {in_use:.0} on average, {p99} at the 99th\n  \
             percentile; {needed} with a reserve of 30 %{seen}\n\
             - mParticle requires a limit of at least {LEAST_PUBLISHED} before the integration is\n  \
             published",
            ceiling = plan.lambda.ceiling,
            mean = rounded(workload.per_second),
            peak = rounded(workload.peak_per_second()),
            duration = forecast.planned.mean_ms.ceil(),
            p95 = forecast.planned.service_ms.p95.ceil(),
            memory = plan.memory_mb,
            in_use = forecast.concurrency.mean.ceil(),
            p99 = forecast.concurrency.p99,
        );
        Self { limit, text }
    }

    /// The requested number of concurrent executions.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }
}

impl fmt::Display for QuotaRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A rate with at most one decimal.
fn rounded(per_second: f64) -> String {
    let text = format!("{per_second:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
