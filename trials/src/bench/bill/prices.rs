//! AWS's prices, in one table. No free tier is taken off: it may be used up by what else the account does.

/// How a price is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Read in a public copy of AWS's Price List, as of the month that is told; some copies bear none.
    Read,
    /// From memory: not checked.
    Unchecked,
}

/// One price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// What is billed.
    pub name: &'static str,
    /// By what.
    pub unit: &'static str,
    /// For how much.
    pub usd: f64,
    /// For how many of the unit.
    pub per: f64,
    /// As of which month, and where AWS has it.
    pub as_of: &'static str,
    /// AWS's usage type, or its page.
    pub source: &'static str,
    /// Whether it was looked up.
    pub known: Known,
}

impl Price {
    /// What so much costs.
    pub fn of(&self, quantity: f64) -> f64 {
        quantity / self.per * self.usd
    }
}

macro_rules! prices {
    ($($(#[$about:meta])* $id:ident: $name:literal, $usd:literal, $per:literal, $unit:literal, $as_of:literal, $source:literal, $known:ident;)*) => {
        $($(#[$about])*
        pub(super) const $id: Price = Price {
            name: $name, unit: $unit, usd: $usd, per: $per, as_of: $as_of, source: $source, known: Known::$known,
        };)*
        /// All of them, in the region ap-northeast-1 (Tokyo).
        pub(super) const ALL: &[Price] = &[$($id),*];
    };
}

prices! {
    ASSOCIATION: "Client VPN, a subnet associated", 0.15, 1.0, "hour", "2026-09", "APN1-ClientVPN-EndpointHours", Read;
    CONNECTION: "Client VPN, a connection", 0.05, 1.0, "hour", "2026-09", "APN1-ClientVPN-ConnectionHours", Read;
    LAMBDA_REQUEST: "Lambda, requests", 0.20, 1e6, "million", "undated", "APN1-Request-ARM", Read;
    LAMBDA_TIME: "Lambda on arm64", 0.000_013_333_4, 1.0, "GB-second", "undated", "APN1-Lambda-GB-Second-ARM", Read;
    READ: "DynamoDB on demand, reads", 0.1425, 1e6, "million units", "2026-09", "APN1-ReadRequestUnits", Read;
    WRITE: "DynamoDB on demand, writes", 0.715, 1e6, "million units", "2026-09", "APN1-WriteRequestUnits", Read;
    TABLE: "DynamoDB, storage", 0.285, 1.0, "GB-month", "undated", "APN1-TimedStorage-ByteHrs", Read;
    RECOVERY: "DynamoDB, point-in-time recovery", 0.228, 1.0, "GB-month", "–", "APN1-TimedPITRStorage-ByteHrs", Unchecked;
    LOG: "CloudWatch Logs, ingestion", 0.76, 1.0, "GB", "2026-09", "APN1-DataProcessing-Bytes", Read;
    LOG_KEPT: "CloudWatch Logs, storage", 0.033, 1.0, "GB-month", "2026-07", "APN1-TimedStorage-ByteHrs", Read;
    METRIC: "CloudWatch, custom metrics", 0.30, 1.0, "metric-month", "2026-09", "APN1-CW:MetricMonitorUsage", Read;
    ALARM: "CloudWatch, alarms", 0.10, 1.0, "alarm-month", "2026-09", "APN1-CW:AlarmMonitorUsage", Read;
    DASHBOARD: "CloudWatch, dashboard", 3.0, 1.0, "month", "undated", "DashboardsUsageHour-Basic", Read;
    TRACE: "X-Ray, traces", 5.0, 1e6, "million", "–", "APN1-XRay-TracesStored", Unchecked;
    SCHEDULE: "EventBridge Scheduler", 1.25, 1e6, "million", "–", "https://aws.amazon.com/eventbridge/pricing/", Unchecked;
    KEY: "KMS, calls for the tables' key", 0.03, 1e4, "10,000", "2026-09", "ap-northeast-1-KMS-Requests", Read;
    BALANCER: "ALB", 0.0243, 1.0, "hour", "2026-08", "APN1-LoadBalancerUsage", Read;
    BALANCER_LOAD: "ALB, LCU", 0.008, 1.0, "LCU-hour", "2026-08", "APN1-LCUUsage", Read;
    ADDRESS: "public IPv4 addresses of the ALB", 0.005, 1.0, "hour", "undated", "APN1-PublicIPv4:InUseAddress", Read;
    SENT: "data sent to the internet", 0.114, 1.0, "GB", "2026-09", "APN1-DataTransfer-Out-Bytes", Read;
    SIGN_IN: "Cognito, users by SAML", 0.015, 1.0, "user of the month", "undated", "https://aws.amazon.com/cognito/pricing/", Read;
}
