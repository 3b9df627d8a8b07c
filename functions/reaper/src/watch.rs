//! Each sweep in numbers, for alarms and the dashboard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;
use shared::model::EndpointName;
use shared::reconcile::Gauges;
use shared::telemetry::Metrics;
use shared::telemetry::metrics::Metric;

/// What the first sweep of a process counts as the time since the last one: the usual rate.
const USUAL_RATE: TimeDelta = TimeDelta::minutes(1);

/// Tells of sweeps in numbers.
pub struct Watch {
    metrics: Metrics,
    clock: Arc<dyn Clock>,
    last_seen: Mutex<HashMap<EndpointName, DateTime<Utc>>>,
}

impl Watch {
    /// Tells `metrics`.
    pub fn new(metrics: Metrics, clock: Arc<dyn Clock>) -> Self {
        let last_seen = Mutex::default();
        Self {
            metrics,
            clock,
            last_seen,
        }
    }

    /// A sweep is over; whether it went through at every endpoint.
    pub(crate) fn record_sweep(&self, everywhere: bool) {
        let metric = if everywhere {
            Metric::Sweeps
        } else {
            Metric::FailedSweeps
        };
        self.metrics.emit(None, &[(metric, 1.0)]);
    }

    /// How a sweep found an endpoint.
    pub(crate) fn record_endpoint(&self, endpoint: &EndpointName, gauges: &Gauges) {
        let now = self.clock.now();
        let last = self
            .last_seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(endpoint.clone(), now);
        let since_last = last.map_or(USUAL_RATE, |last| now - last);
        self.metrics
            .emit(Some(endpoint), &values(gauges, since_last));
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are not 2^52 of anything here"
)]
fn values(gauges: &Gauges, since_last: TimeDelta) -> Vec<(Metric, f64)> {
    let Gauges {
        associations,
        active_connections,
        up,
        starting,
        stopping,
    } = *gauges;
    let minutes = |time: TimeDelta| time.num_seconds() as f64 / 60.0;
    // What came up since the last sweep has not been billed for all that time.
    let billed = up.map(|up| minutes(up.min(since_last)) * associations as f64);
    [
        (
            Metric::ActiveConnections,
            active_connections.map(|n| n as f64),
        ),
        (Metric::AssociatedMinutes, billed),
        (Metric::StartingMinutes, starting.map(minutes)),
        (Metric::StoppingMinutes, stopping.map(minutes)),
        (Metric::UpHours, up.map(|up| minutes(up) / 60.0)),
    ]
    .into_iter()
    .filter_map(|(metric, value)| Some((metric, value?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up_for(minutes: i64) -> Gauges {
        Gauges {
            associations: 2,
            active_connections: Some(3),
            up: Some(TimeDelta::minutes(minutes)),
            ..Gauges::default()
        }
    }

    #[test]
    fn two_subnets_are_billed_twice_and_from_when_they_came_up() {
        let billed = |up, since_last| {
            let values = values(&up_for(up), TimeDelta::minutes(since_last));
            let found = values
                .iter()
                .find(|(metric, _)| *metric == Metric::AssociatedMinutes);
            found.unwrap().1.to_string()
        };
        assert_eq!(billed(90, 1), "2");
        assert_eq!(billed(90, 5), "10");
        assert_eq!(billed(2, 5), "4");
    }

    #[test]
    fn an_endpoint_that_is_off_costs_no_metric() {
        assert_eq!(values(&Gauges::default(), TimeDelta::minutes(1)), []);
    }

    #[test]
    fn what_applies_is_told() {
        let gauges = Gauges {
            starting: Some(TimeDelta::seconds(90)),
            ..up_for(90)
        };
        let told = values(&gauges, TimeDelta::minutes(1));
        assert_eq!(
            told,
            [
                (Metric::ActiveConnections, 3.0),
                (Metric::AssociatedMinutes, 2.0),
                (Metric::StartingMinutes, 1.5),
                (Metric::UpHours, 1.5),
            ]
        );
    }
}
