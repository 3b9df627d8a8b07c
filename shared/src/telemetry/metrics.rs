//! Metrics, in `CloudWatch`'s embedded metric format: lines on standard output of which `CloudWatch` Logs makes metrics
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! Every metric has the dimension `FunctionName`, which the template's alarms look at; two have `Endpoint` beside it.
//! A metric costs money for each hour in which it has a value, so what does not apply has no value.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::model::EndpointName;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "SelfServiceVpn";

/// The dimension of every metric: the function's name.
pub const FUNCTION_NAME: &str = "FunctionName";
/// The dimension beside it of those that are told of each endpoint.
pub const ENDPOINT: &str = "Endpoint";

macro_rules! metrics {
    ($($(#[$meaning:meta])* $metric:ident $unit:literal;)*) => {
        /// Something that is counted or measured. `CloudWatch` knows no minutes and no hours as units.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Metric { $($(#[$meaning])* $metric,)* }

        impl Metric {
            pub fn name(self) -> &'static str {
                match self { $(Self::$metric => stringify!($metric),)* }
            }

            fn unit(self) -> &'static str {
                match self { $(Self::$metric => $unit,)* }
            }
        }
    };
}

metrics! {
    /// Employees' requests that are on record, those of bookings among them.
    Requests "Count";
    /// Bookings that were not placed in time.
    MissedBookings "Count";
    /// Starts that came to "ready".
    Starts "Count";
    /// How long such a start took, from the request.
    StartSeconds "Seconds";
    /// Attempts that EC2 refused or that failed.
    FailedStarts "Count";
    /// Sweeps that went through at every endpoint.
    Sweeps "Count";
    /// Sweeps that failed at some endpoint.
    FailedSweeps "Count";
    /// Connections in status `active`.
    ActiveConnections "Count";
    /// Subnets that are billed, times the minutes since the last sweep: an estimate. The audit records have the bill.
    AssociatedMinutes "None";
    /// How long an employee has been waiting for "ready".
    StartingMinutes "None";
    /// How long an endpoint has been on its way down.
    StoppingMinutes "None";
    /// How long an endpoint has been up.
    UpHours "None";
}

impl Metric {
    /// Whether people want to see it of each endpoint.
    fn is_per_endpoint(self) -> bool {
        matches!(self, Self::ActiveConnections | Self::AssociatedMinutes)
    }
}

/// Where a function's metrics go.
#[derive(Clone)]
pub struct Metrics(Option<Emitter>);

#[derive(Clone)]
struct Emitter {
    function: String,
    clock: Arc<dyn Clock>,
    write: Arc<dyn Fn(&str) + Send + Sync>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = self.0.as_ref().map(|emitter| &emitter.function);
        f.debug_tuple("Metrics").field(&function).finish()
    }
}

impl Metrics {
    /// Nowhere: for tests, and for functions that run elsewhere than in Lambda.
    pub fn off() -> Self {
        Self(None)
    }

    /// Of the function of this name, each line handed to `write`.
    pub fn new(
        function: impl Into<String>,
        clock: Arc<dyn Clock>,
        write: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Emitter {
            function: function.into(),
            clock,
            write: Arc::new(write),
        }))
    }

    /// On standard output, where `AWS_LAMBDA_FUNCTION_NAME`, which Lambda sets, says whose they are; else nowhere.
    pub fn from_environment(clock: Arc<dyn Clock>) -> Self {
        match std::env::var("AWS_LAMBDA_FUNCTION_NAME") {
            Ok(function) if !function.is_empty() => {
                Self::new(function, clock, |line| println!("{line}"))
            }
            Ok(_) | Err(_) => Self::off(),
        }
    }

    /// Writes these values of an endpoint, or of the function as a whole. No values, no line.
    pub fn emit(&self, endpoint: Option<&EndpointName>, values: &[(Metric, f64)]) {
        let Some(emitter) = self.0.as_ref().filter(|_| !values.is_empty()) else {
            return;
        };
        let timestamp_ms = emitter.clock.now().timestamp_millis();
        (emitter.write)(&line(&emitter.function, timestamp_ms, endpoint, values));
    }
}

fn line(
    function: &str,
    timestamp_ms: i64,
    endpoint: Option<&EndpointName>,
    values: &[(Metric, f64)],
) -> String {
    let (of_each, of_all): (Vec<Metric>, Vec<Metric>) = values
        .iter()
        .map(|(metric, _)| metric)
        .partition(|metric| endpoint.is_some() && metric.is_per_endpoint());
    let directives: Vec<Value> = [
        (of_all, json!([[FUNCTION_NAME]])),
        (of_each, json!([[FUNCTION_NAME], [ENDPOINT, FUNCTION_NAME]])),
    ]
    .into_iter()
    .filter(|(metrics, _)| !metrics.is_empty())
    .map(|(metrics, dimensions)| {
        let metric = |metric: &Metric| json!({ "Name": metric.name(), "Unit": metric.unit() });
        let metrics: Vec<Value> = metrics.iter().map(metric).collect();
        json!({ "Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": metrics })
    })
    .collect();
    let mut document = Map::new();
    document.insert(
        "_aws".to_owned(),
        json!({ "Timestamp": timestamp_ms, "CloudWatchMetrics": directives }),
    );
    document.insert(FUNCTION_NAME.to_owned(), json!(function));
    if let Some(endpoint) = endpoint {
        document.insert(ENDPOINT.to_owned(), json!(endpoint.as_str()));
    }
    for (metric, value) in values {
        document.insert(metric.name().to_owned(), json!(value));
    }
    Value::Object(document).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chrono::DateTime;

    use super::*;
    use crate::clock::FnClock;

    fn told(endpoint: Option<&str>, values: &[(Metric, f64)]) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&lines);
        let clock = FnClock(|| DateTime::from_timestamp(1_795_396_261, 0).unwrap());
        let metrics = Metrics::new("vpn-reaper", Arc::new(clock), move |line: &str| {
            written.lock().unwrap().push(line.to_owned());
        });
        let endpoint = endpoint.map(|name| name.parse().unwrap());
        metrics.emit(endpoint.as_ref(), values);
        lines.lock().unwrap().clone()
    }

    #[test]
    fn a_metric_of_the_function_is_one_line_with_its_name_as_dimension() {
        let lines = told(None, &[(Metric::Sweeps, 1.0)]);
        assert_eq!(
            lines,
            [concat!(
                r#"{"FunctionName":"vpn-reaper","Sweeps":1.0,"_aws":{"CloudWatchMetrics":["#,
                r#"{"Dimensions":[["FunctionName"]],"Metrics":[{"Name":"Sweeps","Unit":"Count"}],"#,
                r#""Namespace":"SelfServiceVpn"}],"Timestamp":1795396261000}}"#
            )]
        );
    }

    #[test]
    fn what_is_told_of_each_endpoint_is_told_of_all_together_too() {
        let values = [
            (Metric::ActiveConnections, 2.0),
            (Metric::UpHours, 1.5),
            (Metric::AssociatedMinutes, 2.0),
        ];
        assert_eq!(
            told(Some("tokyo"), &values),
            [concat!(
                r#"{"ActiveConnections":2.0,"AssociatedMinutes":2.0,"Endpoint":"tokyo","FunctionName":"vpn-reaper","#,
                r#""UpHours":1.5,"_aws":{"CloudWatchMetrics":["#,
                r#"{"Dimensions":[["FunctionName"]],"Metrics":[{"Name":"UpHours","Unit":"None"}],"Namespace":"SelfServiceVpn"},"#,
                r#"{"Dimensions":[["FunctionName"],["Endpoint","FunctionName"]],"Metrics":["#,
                r#"{"Name":"ActiveConnections","Unit":"Count"},{"Name":"AssociatedMinutes","Unit":"None"}],"#,
                r#""Namespace":"SelfServiceVpn"}],"Timestamp":1795396261000}}"#
            )]
        );
    }

    #[test]
    fn nothing_to_tell_is_no_line_and_off_is_silent() {
        assert!(told(Some("tokyo"), &[]).is_empty());
        Metrics::off().emit(None, &[(Metric::Sweeps, 1.0)]);
    }
}
