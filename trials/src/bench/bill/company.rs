//! The model of use: what a month is in companies of three sizes. Every assumption stands here, and in the document.

use super::model::{Action, SIZES};

/// Hours of a month, as AWS's own examples count them.
pub(super) const MONTH_HOURS: f64 = 730.0;
/// Days on which people work.
pub(super) const WORKDAYS: f64 = 21.0;
/// Days from Monday to Friday, which is what a schedule knows of workdays.
pub(super) const WEEKDAYS: f64 = 22.0;
/// Subnets of the endpoint.
pub(super) const SUBNETS: f64 = 2.0;
/// A page that waits polls every five seconds, for the six minutes that AWS takes.
const POLLS_OF_A_WAIT: f64 = 72.0;
/// A page that stays open polls every 20 seconds at first and then every 40, hidden every 160: for some ten minutes.
const POLLS_OF_A_VISIT: f64 = 20.0;
/// How often a browser's cache is empty: a new release, another browser.
const FIRST_PAGES: f64 = 1.0;

/// A company, with one endpoint in two subnets. Counts of people are of a workday.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Company {
    /// Employees.
    pub people: u32,
    /// Who use the VPN on a workday, all of them connected at once at its height: three in ten.
    pub users: u32,
    /// Standing bookings for the morning: one in ten. The first of them starts the VPN each workday.
    pub bookings: u32,
    /// Employees who sign in at least once in a month: half of them.
    pub monthly_users: u32,
    /// Starts in a month by a click, when it was down in between.
    pub starts_by_click: u32,
    /// How many wait on the page for such a start.
    pub waiting: u32,
    /// Hours up on a workday, starting and idle time among them.
    pub up_hours: f64,
    /// Hours that a schedule must have it up on each day from Monday to Friday, so that no employee is cut off.
    pub schedule_hours: f64,
    /// Pages that administrators open on a workday: *Now*, and pages of the log.
    pub audit_pages: u32,
    /// Parts of exports in a month.
    pub export_parts: u32,
}

/// Small, middling, large.
pub const COMPANIES: [Company; 3] = [
    Company {
        people: 20,
        users: 6,
        bookings: 2,
        monthly_users: 10,
        starts_by_click: 10,
        waiting: 1,
        up_hours: 10.5,
        schedule_hours: 12.0,
        audit_pages: 1,
        export_parts: 1,
    },
    Company {
        people: 200,
        users: 60,
        bookings: 20,
        monthly_users: 100,
        starts_by_click: 10,
        waiting: 2,
        up_hours: 11.5,
        schedule_hours: 13.0,
        audit_pages: 5,
        export_parts: 5,
    },
    Company {
        people: 2_000,
        users: 600,
        bookings: 200,
        monthly_users: 1_000,
        starts_by_click: 10,
        waiting: 10,
        up_hours: 14.0,
        schedule_hours: 16.0,
        audit_pages: 20,
        export_parts: 50,
    },
];

const _: () = assert!(COMPANIES.len() == SIZES);

impl Company {
    /// Hours up in a month.
    pub(super) fn up_in_a_month(&self) -> f64 {
        self.up_hours * WORKDAYS
    }

    /// How often an action is taken in a month.
    pub fn times(&self, action: Action) -> f64 {
        let clicks = f64::from(self.users) * WORKDAYS;
        let starts = f64::from(self.starts_by_click);
        let sweeps_on = self.up_in_a_month() * 60.0;
        match action {
            Action::ClickThatStarts => starts,
            Action::ClickWhileReady => clicks,
            Action::Poll => {
                starts * f64::from(self.waiting) * POLLS_OF_A_WAIT + clicks * POLLS_OF_A_VISIT
            }
            Action::PageWithAssets => f64::from(self.monthly_users) * FIRST_PAGES,
            Action::SweepOff => MONTH_HOURS * 60.0 - sweeps_on - WORKDAYS,
            Action::SweepOn => sweeps_on,
            // Each is made anew twice a year.
            Action::BookingMade => f64::from(self.bookings) / 6.0,
            Action::BookingsPlaced => WORKDAYS,
            Action::AuditNow | Action::AuditLog => f64::from(self.audit_pages) * WORKDAYS,
            Action::ExportPart => f64::from(self.export_parts),
        }
    }
}

/// The assumptions as the document lists them: what, and how many in each company.
pub(super) fn assumptions() -> Vec<(&'static str, [String; SIZES])> {
    let each = |of: fn(&Company) -> f64| COMPANIES.map(|company| format!("{}", of(&company)));
    vec![
        (
            "employees who use the VPN on a workday, all connected at once",
            each(|it| f64::from(it.users)),
        ),
        (
            "standing bookings; the first of them starts the VPN each workday",
            each(|it| f64::from(it.bookings)),
        ),
        (
            "starts by a click in a month × employees waiting for each, with 72 polls each",
            COMPANIES.map(|it| format!("{} × {}", it.starts_by_click, it.waiting)),
        ),
        (
            "clicks in a month on a VPN that is ready, with 20 polls each",
            each(|it| it.times(Action::ClickWhileReady)),
        ),
        (
            "employees who sign in during a month, each with one first page",
            each(|it| f64::from(it.monthly_users)),
        ),
        (
            "hours up on a workday, starting and the idle hour among them",
            each(|it| it.up_hours),
        ),
        (
            "hours of a schedule that cuts no employee off, Monday to Friday",
            each(|it| it.schedule_hours),
        ),
        (
            "views of *Now* on a workday, and as many of the log",
            each(|it| f64::from(it.audit_pages)),
        ),
        (
            "parts of exports in a month",
            each(|it| f64::from(it.export_parts)),
        ),
    ]
}
