//! The `state` item's attributes, read and written: the only place that knows them by name.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{EndpointState, Failure, Mode, Restorable};
use crate::model::audit::EventId;
use crate::model::item::{Item, Malformed, Reader, Value, named_time};
use crate::model::update::Update;
use crate::model::{AssociationId, Email, Observation};

/// The id of the record of the latest ask. It is no part of the state: only [`EndpointState::request`] looks at it.
const LAST_ASK: &str = "last_ask";

macro_rules! attributes {
    ($($attribute:ident $name:literal $($field:ident).+;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Attribute { $($attribute,)* ObservedAt }

        impl Attribute {
            pub const ALL: &[Self] = &[$(Self::$attribute,)* Self::ObservedAt];

            pub fn name(self) -> &'static str {
                match self { $(Self::$attribute => $name,)* Self::ObservedAt => "observed_at" }
            }

            pub(super) fn value(self, state: &EndpointState) -> Option<Value> {
                match self {
                    $(Self::$attribute => state.$($field).+.write(),)*
                    Self::ObservedAt => observed_at(state).write(),
                }
            }

            pub(super) fn differs(self, one: &EndpointState, other: &EndpointState) -> bool {
                match self {
                    $(Self::$attribute => one.$($field).+ != other.$($field).+,)*
                    Self::ObservedAt => observed_at(one) != observed_at(other),
                }
            }

            pub(super) fn copy(self, from: &EndpointState, to: &mut EndpointState) {
                match self {
                    $(Self::$attribute => to.$($field).+.clone_from(&from.$($field).+),)*
                    // It comes with the observation.
                    Self::ObservedAt => {}
                }
            }
        }

        impl EndpointState {
            /// Reads the `state` item; leases, snapshot and traffic are left empty.
            pub fn parse(item: &Item) -> Result<Self, Malformed> {
                let mut state = Self::default();
                $(state.$($field).+ = Stored::read(Reader(item), $name)?;)*
                (state.order.mode, state.order.until) = understood(Reader(item));
                Ok(state)
            }
        }
    };
}

attributes! {
    Requests "requests" demand.requests;
    RequestedAt "requested_at" demand.requested_at;
    Served "served" demand.served;
    GaveUp "gave_up" demand.gave_up;
    StartableSince "startable_since" demand.startable_since;

    Stay "stay" stay.number;
    AssociationIds "association_ids" stay.association_ids;
    UpSince "up_since" stay.up_since;
    JoinedAt "joined_at" stay.joined_at;
    EndedSeconds "ended_seconds" stay.ended_seconds;
    RequestsBeforeStay "requests_before_stay" stay.requests_before;
    PeopleAtStop "people_at_stop" stay.people_at_stop;
    ReadySince "ready_since" stay.ready_since;
    LastActiveAt "last_active_at" stay.last_active_at;
    ReleasedAt "released_at" stay.released_at;
    StoppingSince "stopping_since" stay.stop.since;
    StopOrder "stop_order" stay.stop.order;
    StopFailedAt "stop_failed_at" stay.stop.refused_at;
    ToRestore "to_restore" stay.to_restore;

    Attempt "attempt" attempts.made;
    AttemptsSpent "attempts_spent" attempts.spent;
    StartBeganAt "start_began_at" attempts.began_at;
    AskedAt "asked_at" attempts.asked_at;
    FailedAt "failed_at" attempts.failed_at;
    Failure "failure" attempts.failure;
    FailedIds "failed_ids" attempts.failed_ids;

    Mode "mode" order.typed.mode;
    ModeUntil "mode_until" order.typed.until;
    ModeBy "mode_by" order.by;
    ModeReason "mode_reason" order.reason;
    ModeNoted "mode_noted" order.noted;
    ModeCredited "mode_credited" order.credited;

    Observation "observation" sightings.observation;
    LastDecision "last_decision" sightings.last_decision;
    ReadingSinceMs "reading_since_ms" sightings.reading_since_ms;
    StartSeconds "start_seconds" sightings.start_seconds;
    LastSweepAt "last_sweep_at" sightings.last_sweep_at;

    RoutingVersion "routing_version" routing_version;
}

impl Attribute {
    /// What ends with a stay: all of [`Stay`](super::Stay) but its number.
    pub(super) const OF_STAY: &[Self] = &[
        Self::AssociationIds,
        Self::UpSince,
        Self::JoinedAt,
        Self::EndedSeconds,
        Self::RequestsBeforeStay,
        Self::PeopleAtStop,
        Self::ReadySince,
        Self::LastActiveAt,
        Self::ReleasedAt,
        Self::StoppingSince,
        Self::StopOrder,
        Self::StopFailedAt,
        Self::ToRestore,
    ];
    /// What ends with the start that a stay began with.
    pub(super) const OF_START: &[Self] = &[Self::StartBeganAt, Self::AskedAt, Self::FailedAt];
    /// What an administrator orders, and what is on record of it.
    pub(super) const OF_ORDER: &[Self] = &[
        Self::Mode,
        Self::ModeUntil,
        Self::ModeBy,
        Self::ModeReason,
        Self::ModeNoted,
        Self::ModeCredited,
    ];
    /// What is counted anew with each stay.
    pub(super) const OF_COUNT: &[Self] = &[Self::Attempt, Self::AttemptsSpent, Self::Failure];
}

impl EndpointState {
    /// The write that counts a request, once for each ask: one whose answer was lost, and that is written again, is there
    /// already.
    pub fn request(at: DateTime<Utc>, ask: &EventId) -> Update {
        Update::new()
            .when_not(LAST_ASK, ask.to_string())
            .set(LAST_ASK, ask.to_string())
            .set(Attribute::RequestedAt.name(), at)
            .add(Attribute::Requests.name(), 1)
    }
}

/// A field as the table holds it.
trait Stored: Sized {
    /// What is missing is the field's default.
    fn read(read: Reader<'_>, name: &str) -> Result<Self, Malformed>;
    /// `None`: it is not written, or goes.
    fn write(&self) -> Option<Value>;
}

macro_rules! stored {
    ($($field:ty: |$read:ident, $name:ident| $reading:expr, |$value:ident| $writing:expr;)*) => {$(
        impl Stored for $field {
            fn read($read: Reader<'_>, $name: &str) -> Result<Self, Malformed> {
                $reading
            }

            fn write(&self) -> Option<Value> {
                let $value = self;
                $writing
            }
        }
    )*};
}

stored! {
    // A counter: DynamoDB has no attribute where nothing was counted yet.
    u64:
        |read, name| Ok(read.count(name)?.unwrap_or(0)),
        |count| (*count > 0).then(|| Value::from(*count));
    Option<u64>:
        |read, name| read.count(name),
        |count| count.map(Value::from);
    Option<DateTime<Utc>>:
        |read, name| read.time(name),
        |time| time.map(Value::from);
    BTreeSet<AssociationId>:
        |read, name| read.set(name, AssociationId::observed),
        |ids| set(ids);
    // For a record alone: what is no address there is left out.
    BTreeSet<Email>:
        |read, name| Ok(read.set(name, |email| email.parse().ok())?.into_iter().flatten().collect()),
        |people| set(people);
    BTreeSet<Restorable>:
        |read, name| read.set(name, |text| Restorable::parse(&text)),
        |restorables| set(restorables);
    BTreeMap<AssociationId, DateTime<Utc>>:
        |read, name| read.named_times(name, |id| AssociationId::observed(id)),
        |times| set(times.iter().map(|(id, at)| named_time(id, *at)));
    Option<Failure>:
        |read, name| Ok(read.text(name)?.map(Failure::parse)),
        |failure| failure.as_ref().map(|failure| failure.to_string().into());
    Vec<u64>:
        |read, name| read.counts(name),
        |counts| (!counts.is_empty()).then(|| Value::L(counts.iter().copied().map(Value::from).collect()));
    String:
        |read, name| Ok(read.text(name)?.unwrap_or_default().to_owned()),
        |text| (!text.is_empty()).then(|| text.as_str().into());
    // A note for people: whatever stands there, nothing fails.
    Option<String>:
        |read, name| Ok(read.text(name).unwrap_or_default().map(str::to_owned)),
        |text| text.as_deref().map(Value::from);
    // An observation that an older version wrote, or none, only costs one more look at EC2. It is strings, numbers and
    // times: it cannot fail to be written.
    Option<Observation>:
        |read, name| Ok(read.json(name).unwrap_or_default()),
        |seen| seen.as_ref().map(|seen| serde_json::to_string(seen).unwrap_or_default().into());
    // What people typed, as it is.
    Option<Value>:
        |read, name| Ok(read.0.get(name).cloned()),
        |typed| typed.clone();
}

fn set<T: ToString>(elements: impl IntoIterator<Item = T>) -> Option<Value> {
    let texts: BTreeSet<String> = elements.into_iter().map(|e| e.to_string()).collect();
    (!texts.is_empty()).then_some(Value::Ss(texts))
}

fn observed_at(state: &EndpointState) -> Option<DateTime<Utc>> {
    let seen = state.sightings.observation.as_ref()?;
    Some(seen.observed_at)
}

/// People type these two attributes; a slip must neither stop the sweeps nor the VPN.
fn understood(read: Reader<'_>) -> (Option<Mode>, Option<DateTime<Utc>>) {
    let mode = match read.text(Attribute::Mode.name()) {
        Ok(None) => return (None, None),
        Ok(Some("on")) => Mode::On,
        Ok(Some("hold")) => Mode::Hold,
        Ok(Some("off")) => Mode::Off,
        Ok(Some(other)) => Mode::Unreadable(other.to_owned()),
        Err(_) => Mode::Unreadable("not a string".to_owned()),
    };
    match read.time(Attribute::ModeUntil.name()) {
        Ok(until) => (Some(mode), until),
        Err(_) => (
            Some(Mode::Unreadable(
                "mode_until is not an RFC 3339 time".to_owned(),
            )),
            None,
        ),
    }
}
