//! Uses times prices.

use super::company::{COMPANIES, Company, MONTH_HOURS, SUBNETS, WEEKDAYS, WORKDAYS};
use super::model::{Action, Consumption, Use};
use super::prices::{self, Price};

const GB: f64 = 1e9;
/// Records are kept for 400 days; a trail that old grows no more.
const KEPT_MONTHS: f64 = 400.0 / 365.0 * 12.0;
/// Logs are kept for 90 days, compressed to 15 % (<https://aws.amazon.com/cloudwatch/pricing/>).
const LOG_KEPT_MONTHS: f64 = 3.0;
const LOG_COMPRESSED: f64 = 0.15;
/// With Lambda as target, an LCU is 0.4 GB an hour, or 25 new connections a second
/// (<https://aws.amazon.com/elasticloadbalancing/pricing/>).
const LCU_BYTES: f64 = 0.4 * GB;
const LCU_CONNECTIONS: f64 = 25.0 * 3600.0;
/// Alarms in the template.
const ALARMS: f64 = 14.0;
/// Addresses of the load balancer: one in each zone.
const ADDRESSES: f64 = 2.0;
/// `DynamoDB` asks KMS for a table's key every five minutes while the table is used
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>).
const KEY_CALLS_AN_HOUR: f64 = 2.0 * 12.0;
/// How long an employee is connected on a workday.
const CONNECTED_HOURS: f64 = 6.0;

/// Whose share a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The subnets associated.
    Associations,
    /// The load balancer and its addresses.
    Balancer,
    /// The functions, tables and logs.
    Running,
    /// Metrics, alarms, the dashboard, traces.
    Watching,
    /// Cognito.
    SignIn,
}

/// One line of the bill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Its share.
    pub group: Group,
    /// Its price.
    pub price: Price,
    /// How much of the price's unit.
    pub quantity: f64,
}

impl Line {
    /// What it comes to.
    pub fn usd(&self) -> f64 {
        self.price.of(self.quantity)
    }
}

/// A month's bill.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Associations, were they never taken away.
    pub always_on_usd: f64,
    /// Associations by a schedule that cuts no employee off.
    pub schedule_usd: f64,
    /// Connections, which cost the same either way.
    pub connections_usd: f64,
    /// What is paid with this system.
    pub lines: Vec<Line>,
}

impl Bill {
    /// What a share comes to.
    pub fn of(&self, group: Group) -> f64 {
        let lines = self.lines.iter().filter(|line| line.group == group);
        lines.map(Line::usd).sum()
    }

    /// What all of it comes to.
    pub fn sum(&self) -> f64 {
        self.lines.iter().map(Line::usd).sum()
    }
}

/// The bill of one of [`COMPANIES`].
pub fn bill(uses: &[Use], which: usize) -> Bill {
    let company = &COMPANIES[which];
    let month = Month::of(uses, which, company);
    let mut lines = vec![line(
        Group::Associations,
        prices::ASSOCIATION,
        company.up_in_a_month() * SUBNETS,
    )];
    lines.extend(balancer(&month));
    lines.extend(running(&month));
    lines.extend(watching(&month));
    lines.push(line(
        Group::SignIn,
        prices::SIGN_IN,
        f64::from(company.monthly_users),
    ));
    let connected = f64::from(company.users) * CONNECTED_HOURS * WORKDAYS;
    Bill {
        always_on_usd: prices::ASSOCIATION.of(MONTH_HOURS * SUBNETS),
        schedule_usd: prices::ASSOCIATION.of(company.schedule_hours * WEEKDAYS * SUBNETS),
        connections_usd: prices::CONNECTION.of(connected),
        lines,
    }
}

fn line(group: Group, price: Price, quantity: f64) -> Line {
    Line {
        group,
        price,
        quantity,
    }
}

/// What a company uses in a month.
struct Month {
    requests: f64,
    web_requests: f64,
    gb_seconds: f64,
    reads: f64,
    writes: f64,
    log_bytes: f64,
    sent_bytes: f64,
    kept_bytes: f64,
    metric_hours: f64,
    sweeps: f64,
}

impl Month {
    fn of(uses: &[Use], which: usize, company: &Company) -> Self {
        let sum = |of: &dyn Fn(&Use, &Consumption) -> f64| -> f64 {
            let each = uses.iter().map(|it| {
                let once = of(it, &it.consumption[which]);
                once * company.times(it.action)
            });
            each.sum()
        };
        let is_web = |it: &Use| it.action.function() != "reaper";
        Self {
            requests: sum(&|_, it| count(it.requests)),
            web_requests: sum(&|use_of, it| {
                if is_web(use_of) {
                    count(it.requests)
                } else {
                    0.0
                }
            }),
            gb_seconds: sum(&|use_of, it| {
                let time = use_of.time;
                let seconds = f64::from(time.milliseconds) / 1000.0;
                count(it.requests) * seconds * f64::from(time.memory_mb) / 1024.0
            }),
            reads: sum(&|_, it| it.reads),
            writes: sum(&|_, it| it.writes),
            log_bytes: sum(&|_, it| count(it.log_bytes)),
            sent_bytes: sum(&|_, it| count(it.sent_bytes)),
            kept_bytes: sum(&|_, it| count(it.kept_bytes)),
            metric_hours: metric_hours(uses, which, company),
            sweeps: company.times(Action::SweepOff)
                + company.times(Action::SweepOn)
                + company.times(Action::BookingsPlaced),
        }
    }
}

/// A metric is billed for each hour in which it has a value. Those of a sweep with the VPN off have one in each; what a
/// sweep with it on adds, in each hour up; those of the rest, in an hour each time, and in no more hours than it is up.
fn metric_hours(uses: &[Use], which: usize, company: &Company) -> f64 {
    let metrics = |action: Action| {
        let found = uses.iter().find(|it| it.action == action);
        found.map_or(0.0, |it| count(it.consumption[which].metrics))
    };
    let always = metrics(Action::SweepOff);
    let up = (metrics(Action::SweepOn) - always).max(0.0);
    let rest = Action::ALL.into_iter().filter(|action| {
        !matches!(
            action,
            Action::SweepOff | Action::SweepOn | Action::BookingsPlaced
        )
    });
    let rest =
        rest.map(|action| metrics(action) * company.times(action).min(company.up_in_a_month()));
    let placed = (metrics(Action::BookingsPlaced) - always).max(0.0) * WORKDAYS;
    always * MONTH_HOURS + up * company.up_in_a_month() + rest.sum::<f64>() + placed
}

fn balancer(month: &Month) -> [Line; 4] {
    let by_bytes = month.sent_bytes / LCU_BYTES;
    let by_connections = month.web_requests / LCU_CONNECTIONS;
    [
        (prices::BALANCER, MONTH_HOURS),
        (prices::BALANCER_LOAD, by_bytes.max(by_connections)),
        (prices::ADDRESS, MONTH_HOURS * ADDRESSES),
        (prices::SENT, month.sent_bytes / GB),
    ]
    .map(|(price, quantity)| line(Group::Balancer, price, quantity))
}

fn running(month: &Month) -> [Line; 10] {
    let kept = month.kept_bytes / GB * KEPT_MONTHS;
    [
        (prices::LAMBDA_REQUEST, month.requests),
        (prices::LAMBDA_TIME, month.gb_seconds),
        (prices::READ, month.reads),
        (prices::WRITE, month.writes),
        (prices::TABLE, kept),
        (prices::RECOVERY, kept),
        (prices::KEY, KEY_CALLS_AN_HOUR * MONTH_HOURS),
        (prices::SCHEDULE, month.sweeps),
        (prices::LOG, month.log_bytes / GB),
        (
            prices::LOG_KEPT,
            month.log_bytes / GB * LOG_KEPT_MONTHS * LOG_COMPRESSED,
        ),
    ]
    .map(|(price, quantity)| line(Group::Running, price, quantity))
}

fn watching(month: &Month) -> [Line; 4] {
    [
        (prices::METRIC, month.metric_hours / MONTH_HOURS),
        (prices::ALARM, ALARMS),
        (prices::DASHBOARD, 1.0),
        // X-Ray samples the first of each second and one in twenty of the rest: of so few, nearly all.
        (prices::TRACE, month.requests),
    ]
    .map(|(price, quantity)| line(Group::Watching, price, quantity))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no action counts to two to the 52nd"
)]
fn count(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::super::model::{LambdaTime, SIZES, some_time};
    use super::*;

    const TEMPLATE: &str = include_str!("../../../../template.yaml");

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    /// By hand: 20 people, of whose month only the sweeps with the VPN off count.
    fn sweeps_alone(consumption: Consumption) -> Bill {
        let time = LambdaTime {
            memory_mb: 128,
            milliseconds: 80,
        };
        let action = Action::SweepOff;
        let sweeps = Use {
            action,
            time,
            consumption: [consumption; SIZES],
        };
        bill(&[sweeps], 0)
    }

    fn usd(bill: &Bill, price: Price) -> f64 {
        let found = bill.lines.iter().find(|line| line.price == price);
        found.map_or(f64::NAN, Line::usd)
    }

    #[test]
    fn a_month_is_what_is_computed_by_hand() {
        let bill = sweeps_alone(Consumption {
            requests: 1,
            reads: 2.5,
            writes: 3.0,
            log_bytes: 1000,
            kept_bytes: 100,
            metrics: 2,
            ..Consumption::default()
        });
        // 730 h have 43,800 minutes; 21 days of 10.5 hours have 13,230 with the VPN on, and 21 place bookings.
        let sweeps = 43_800.0 - 13_230.0 - 21.0;
        assert!(near(usd(&bill, prices::LAMBDA_REQUEST), sweeps * 2e-7));
        let gb_seconds = sweeps * 0.08 / 8.0;
        assert!(near(
            usd(&bill, prices::LAMBDA_TIME),
            gb_seconds * 0.000_013_333_4
        ));
        assert!(near(usd(&bill, prices::READ), sweeps * 2.5 * 1.425e-7));
        assert!(near(usd(&bill, prices::WRITE), sweeps * 3.0 * 7.15e-7));
        assert!(near(usd(&bill, prices::LOG), sweeps * 1000.0 * 0.76e-9));
        assert!(
            near(usd(&bill, prices::METRIC), 0.60),
            "two metrics, always"
        );
        assert!(near(usd(&bill, prices::SCHEDULE), 43_800.0 * 1.25e-6));
        assert!(near(usd(&bill, prices::ASSOCIATION), 66.15));
        assert!(near(bill.always_on_usd, 219.0));
        assert!(near(bill.schedule_usd, 79.2), "22 days of 12 hours");
        assert!(
            near(bill.connections_usd, 37.8),
            "6 people, 6 hours, 21 days"
        );
    }

    #[test]
    fn a_metric_is_billed_by_the_hour_in_which_it_has_a_value() {
        let with = |action, metrics| Use {
            action,
            time: some_time(action),
            consumption: [Consumption {
                metrics,
                ..Consumption::default()
            }; SIZES],
        };
        let uses = [with(Action::SweepOff, 2), with(Action::SweepOn, 6)];
        let hours = metric_hours(&uses, 0, &COMPANIES[0]);
        assert!(near(hours, 2.0 * 730.0 + 4.0 * 220.5));
        let uses = [with(Action::ClickThatStarts, 3)];
        assert!(near(metric_hours(&uses, 0, &COMPANIES[0]), 30.0));
    }

    #[test]
    fn the_shares_are_all_of_the_sum() {
        let bill = sweeps_alone(Consumption::default());
        let groups = [
            Group::Associations,
            Group::Balancer,
            Group::Running,
            Group::Watching,
            Group::SignIn,
        ];
        let shares: f64 = groups.iter().map(|group| bill.of(*group)).sum();
        assert!(near(shares, bill.sum()));
    }

    #[test]
    fn the_alarms_are_the_templates() {
        let alarms = TEMPLATE.matches("Type: AWS::CloudWatch::Alarm").count();
        assert!(near(f64::from(u32::try_from(alarms).unwrap()), ALARMS));
    }
}
