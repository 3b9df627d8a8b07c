//! Bodies of `POST /vpn/{name}/bookings`.

use shared::model::item::Item;
use shared::model::{BookedOn, Booking};
use shared::policy::{booked_for, is_to_come};

use crate::body::post;
use crate::stage::{configuration, now};

/// A body that is accepted makes one booking, placed at once if it is due, which reads back, is to come, and is no longer than
/// the limit; any other is a 400, and nothing is asked of AWS. See `post` for the input.
pub fn book(data: &[u8]) {
    let (answer, asked) = post("/vpn/tokyo/bookings", data);
    match answer.status {
        201 | 303 => {
            // Booked within its lead, it is placed at once, which is a second change of it.
            let changes = &asked.bookings;
            assert!(
                matches!(changes.len(), 1 | 2),
                "not one booking: {changes:?}"
            );
            let mut item = Item::new();
            for change in changes {
                change.apply(&mut item);
            }
            let Booking { id, times, .. } = Booking::parse(&item).expect("a booking");
            assert_eq!(id, times.id());
            let rules = configuration().common.settings.rules;
            assert!(
                booked_for(&times).is_none_or(|span| span <= rules.max_extension),
                "{times}"
            );
            match times.on {
                BookedOn::Days(days) => assert!(!days.is_empty()),
                BookedOn::Date(day) => {
                    assert!(is_to_come(&times, day, &rules, now()), "{times}");
                }
            }
        }
        400 => assert_eq!(asked.calls, 0, "{answer:?}"),
        _ => panic!("neither accepted nor refused: {answer:?}"),
    }
}
