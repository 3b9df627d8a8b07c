//! The domain's types: what an endpoint is, what was seen of it, what is on record.

pub mod audit;
mod booked_times;
mod booking;
mod clicks;
mod endpoint;
mod holidays;
mod ids;
pub mod item;
mod lease;
mod noted_config;
mod observation;
mod personal;
mod policy_text;
mod rules;
mod state;
mod traffic;
pub mod update;
mod vpn;

pub use booked_times::{
    BookedOn, BookedTimes, BookingId, InvalidBookingId, WORKDAYS, clock, day_word, days_of,
    parse_day,
};
pub use booking::Booking;
pub use clicks::Clicks;
pub use endpoint::ManagedEndpoint;
pub use holidays::{DateRange, Holidays, InvalidDates, parse_date};
pub use ids::{
    AssociationId, ConnectionId, Email, EndpointId, EndpointName, InvalidId, SecurityGroupId,
    SubnetId, VpcId,
};
pub use lease::{LEASE_KEPT, Lease, Snapshot};
pub use noted_config::NotedConfig;
pub use observation::{BookedSpan, LISTING_LAG, MAX_CONNECTED, Observation, SeenNetwork, Usage};
pub use personal::{Personal, PersonalItem};
pub use policy_text::PolicyText;
pub use rules::{Cidr, DailyWindow, InvalidCidr, InvalidWindow, Rules, time_of_day};
pub use state::{
    Attempts, Attribute, Demand, EndpointState, Failure, Mode, ModeOrder, Restorable,
    STOP_IN_FORCE, Sightings, StateChange, Stay, Stop, WANTED_FOR,
};
pub use traffic::{ConnectionTraffic, Counters, Traffic, Window};
pub use vpn::{
    Connection, EndedAt, EndpointFacts, NetworkStatus, Route, RouteKey, RouteStatus, TargetNetwork,
};
