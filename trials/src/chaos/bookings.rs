//! What employees book in the storm.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use sandbox::dynamo::Dynamo;
use serde_json::{Value as Json, json};
use shared::model::item::{Item, Value};
use shared::model::{BookedOn, BookedTimes, Booking};
use testkit::dice::Dice;
use testkit::example;

use super::evidence::{ENDPOINTS, Evidence, endpoint};

/// Who books: some who come as well, and one who never does.
const NAMES: [&str; 4] = ["aoi", "ken", "yuki", "left"];
/// How far ahead, in minutes of the story: within the lead, or beyond it.
const AHEAD_MINUTES: (u64, u64) = (5, 45);

/// An employee books for today, now and then. What is booked stands in the table at once; all that comes of it is the
/// functions' own.
pub(super) async fn act(
    mut dice: Dice,
    now: DateTime<Utc>,
    dynamo: &Dynamo,
    evidence: &mut Evidence,
) -> anyhow::Result<()> {
    if !dice.chance(10) {
        return Ok(());
    }
    let (Some((at, _)), Some(name)) = (dice.pick(&ENDPOINTS).copied(), dice.pick(&NAMES).copied())
    else {
        return Ok(());
    };
    let ahead = i64::try_from(dice.between(AHEAD_MINUTES.0, AHEAD_MINUTES.1)).unwrap_or(5);
    let Some(booking) = booking(name, now, TimeDelta::minutes(ahead)) else {
        return Ok(());
    };
    let Some(id) = endpoint(at) else {
        return Ok(());
    };
    let Some(history) = evidence.history(&id) else {
        return Ok(());
    };
    if history
        .bookings
        .iter()
        .any(|it| it.email == booking.email && it.id == booking.id)
    {
        return Ok(());
    }
    let request =
        json!({ "TableName": example::LEASE_TABLE, "Item": item_of(&booking, id.as_str()) });
    dynamo.by_hand("PutItem", &request).await?;
    history.bookings.push(booking);
    Ok(())
}

fn booking(name: &str, now: DateTime<Utc>, ahead: TimeDelta) -> Option<Booking> {
    let ready_at = (now + ahead).with_timezone(&chrono_tz::Asia::Tokyo);
    let times = BookedTimes {
        on: BookedOn::Date(ready_at.date_naive()),
        ready_by: ready_at.time().with_second(0)?.with_nanosecond(0)?,
        stay_until: None,
    };
    let at = now.with_nanosecond(0)?;
    Some(Booking {
        email: format!("{name}@example.com").parse().ok()?,
        id: times.id(),
        times,
        placed_for: None,
        created_at: at,
        renewed_at: at,
        ended_at: None,
    })
}

/// The item as DynamoDB's API has it.
fn item_of(booking: &Booking, endpoint: &str) -> Json {
    let mut item = Item::new();
    booking.made(None, TimeDelta::days(60)).apply(&mut item);
    let of = |value: &Value| match value {
        Value::S(text) => json!({ "S": text }),
        Value::N(number) => json!({ "N": number }),
        Value::Ss(texts) => json!({ "SS": texts }),
        Value::L(_) | Value::M(_) | Value::Bool(_) | Value::Null | Value::Foreign => {
            json!({ "NULL": true })
        }
    };
    let key = Booking::key(&booking.email, &booking.id);
    let mut attributes: serde_json::Map<String, Json> = item
        .iter()
        .map(|(name, value)| (name.clone(), of(value)))
        .collect();
    attributes.insert("endpoint_id".to_owned(), json!({ "S": endpoint }));
    attributes.insert("item".to_owned(), json!({ "S": key }));
    attributes.into()
}
