//! Actions, and what they use.

/// How many companies there are.
pub const SIZES: usize = 3;

/// Something that an employee, the schedule or an administrator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// A click while the VPN is off, and the page on which the browser comes to rest.
    ClickThatStarts,
    /// A click while it is ready, and that page.
    ClickWhileReady,
    /// The page's look at the status.
    Poll,
    /// The status page by a browser that has none of its assets.
    PageWithAssets,
    /// A sweep with the VPN off.
    SweepOff,
    /// A sweep with it on, and with people connected.
    SweepOn,
    /// An employee books.
    BookingMade,
    /// The sweep that places all bookings of a morning, and starts.
    BookingsPlaced,
    /// The audit pages: *Now*.
    AuditNow,
    /// The log, one page of 100 records.
    AuditLog,
    /// One part of an export.
    ExportPart,
}

impl Action {
    /// Each of them.
    pub const ALL: [Self; 11] = [
        Self::ClickThatStarts,
        Self::ClickWhileReady,
        Self::Poll,
        Self::PageWithAssets,
        Self::SweepOff,
        Self::SweepOn,
        Self::BookingMade,
        Self::BookingsPlaced,
        Self::AuditNow,
        Self::AuditLog,
        Self::ExportPart,
    ];

    /// What the document calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClickThatStarts => "a click that starts",
            Self::ClickWhileReady => "a click while ready",
            Self::Poll => "a poll",
            Self::PageWithAssets => "a first page, with its assets",
            Self::SweepOff => "a sweep, VPN off",
            Self::SweepOn => "a sweep, VPN on",
            Self::BookingMade => "a booking made",
            Self::BookingsPlaced => "a sweep that places a morning's bookings",
            Self::AuditNow => "the audit page *Now*",
            Self::AuditLog => "a page of the log",
            Self::ExportPart => "a part of an export",
        }
    }

    /// The function that serves it.
    pub fn function(self) -> &'static str {
        match self {
            Self::ClickThatStarts
            | Self::ClickWhileReady
            | Self::Poll
            | Self::PageWithAssets
            | Self::BookingMade => "associate",
            Self::SweepOff | Self::SweepOn | Self::BookingsPlaced => "reaper",
            Self::AuditNow | Self::AuditLog | Self::ExportPart => "audit",
        }
    }
}

/// What an action uses, beside Lambda's time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Consumption {
    /// Invocations of the function: a page and each of its assets is one.
    pub requests: u64,
    /// Calls to EC2. They cost nothing.
    pub ec2_calls: u64,
    /// Calls to `DynamoDB`.
    pub table_calls: u64,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
    /// Bytes in `CloudWatch` Logs, Lambda's own lines among them.
    pub log_bytes: u64,
    /// Bytes that the load balancer sends, headers among them.
    pub sent_bytes: u64,
    /// Bytes of records that stay, the copies in indexes among them.
    pub kept_bytes: u64,
    /// Custom metrics that have a value from it: each name with each set of dimensions.
    pub metrics: u64,
}

/// What Lambda bills for one request of an action: time at a memory size, init where the action mostly meets a cold start
/// (init is billed since August 2025: <https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LambdaTime {
    /// The function's memory size.
    pub memory_mb: u32,
    /// Milliseconds of one request, rounded up as Lambda does.
    pub milliseconds: u32,
}

/// What an action uses: in Lambda, and beside it at each company's size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Use {
    /// The action.
    pub action: Action,
    /// Lambda's time for one of its requests.
    pub time: LambdaTime,
    /// The rest, in the order of [`COMPANIES`](super::COMPANIES): tables grow with the company.
    pub consumption: [Consumption; SIZES],
}

/// Some milliseconds, for tests.
#[cfg(test)]
pub(super) fn some_time(action: Action) -> LambdaTime {
    let (memory_mb, milliseconds) = match action {
        Action::ClickThatStarts => (128, 232),
        Action::ClickWhileReady | Action::PageWithAssets | Action::BookingMade => (128, 167),
        Action::Poll => (128, 24),
        Action::SweepOff => (128, 75),
        Action::SweepOn => (128, 140),
        Action::BookingsPlaced => (128, 280),
        Action::AuditNow | Action::AuditLog => (256, 200),
        Action::ExportPart => (256, 1000),
    };
    LambdaTime {
        memory_mb,
        milliseconds,
    }
}
