//! Off at across a change of clocks: idle time is real time, and the window is wall time.

use crate::off_at::{instant, last_used};
use crate::wall_clock::{BERLIN, NEW_YORK};
use crate::world::time;

/// Zone, window, last used, off at; 60 minutes by day and 10 by night.
const TABLE: &str = "
  # 02:00 becomes 03:00: the hour passes between 01:30 and 03:30.
  Berlin    -            2026-03-29T01:30:00+01:00  2026-03-29T03:30:00+02:00
  New_York  -            2026-03-08T01:30:00-05:00  2026-03-08T03:30:00-04:00

  # 03:00 becomes 02:00 (in New York 02:00 becomes 01:00): the hour is over at the same time of day.
  Berlin    -            2026-10-25T02:30:00+02:00  2026-10-25T02:30:00+01:00
  New_York  -            2026-11-01T01:30:00-04:00  2026-11-01T01:30:00-05:00

  # A night that begins in the skipped hour begins where that hour would have been.
  Berlin    02:30-06:00  2026-03-29T01:30:00+01:00  2026-03-29T03:00:00+02:00
  New_York  02:30-06:00  2026-03-08T01:30:00-05:00  2026-03-08T03:00:00-04:00

  # A night that would end in the skipped hour ends there: 01:55 and ten minutes fall into the day.
  Berlin    22:00-02:30  2026-03-29T01:49:00+01:00  2026-03-29T01:59:00+01:00
  Berlin    22:00-02:30  2026-03-29T01:55:00+01:00  2026-03-29T03:55:00+02:00
  New_York  22:00-02:30  2026-03-08T01:55:00-05:00  2026-03-08T03:55:00-04:00

  # A night that ends in the repeated hour comes back with it.
  Berlin    22:00-02:30  2026-10-25T02:25:00+02:00  2026-10-25T02:00:00+01:00
  Berlin    22:00-02:30  2026-10-25T02:55:00+02:00  2026-10-25T02:05:00+01:00
  Berlin    22:00-02:30  2026-10-25T02:25:00+01:00  2026-10-25T03:25:00+01:00
  New_York  22:00-01:30  2026-11-01T01:25:00-04:00  2026-11-01T01:00:00-05:00

  # A night that begins in the repeated hour begins at its first coming, and again at its second.
  Berlin    02:30-06:00  2026-10-25T01:45:00+02:00  2026-10-25T02:30:00+02:00
  Berlin    02:30-06:00  2026-10-25T02:51:00+02:00  2026-10-25T02:30:00+01:00
  New_York  01:30-06:00  2026-11-01T01:51:00-04:00  2026-11-01T01:30:00-05:00

  # The default window, on the evening before, over the change, and on the morning after.
  Berlin    22:00-07:00  2026-03-28T21:30:00+01:00  2026-03-28T22:00:00+01:00
  Berlin    22:00-07:00  2026-03-29T01:55:00+01:00  2026-03-29T03:05:00+02:00
  Berlin    22:00-07:00  2026-03-29T06:55:00+02:00  2026-03-29T07:55:00+02:00
  Berlin    22:00-07:00  2026-10-25T02:55:00+02:00  2026-10-25T02:05:00+01:00
  Berlin    22:00-07:00  2026-10-25T06:49:59+01:00  2026-10-25T06:59:59+01:00
  New_York  22:00-07:00  2026-03-08T01:55:00-05:00  2026-03-08T03:05:00-04:00
  New_York  22:00-07:00  2026-11-01T01:55:00-04:00  2026-11-01T01:05:00-05:00
";

#[test]
fn idle_time_is_real_time_and_the_window_is_wall_time_when_clocks_change() {
    let rows = TABLE.lines().map(str::trim);
    let mut checked = 0;
    for row in rows.filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let columns: Vec<&str> = row.split_whitespace().collect();
        let [zone, window, used, expected] = columns[..] else {
            panic!("not a row: {row}");
        };
        let zone = match zone {
            "Berlin" => BERLIN,
            "New_York" => NEW_YORK,
            _ => panic!("no such zone: {row}"),
        };
        let mut world = last_used(&zone, used);
        world.rules.overnight_window = match window {
            "-" => None,
            window => Some(window.parse().unwrap()),
        };
        let found = instant(&world).with_timezone(&zone.tz);
        assert_eq!(found, time(expected), "{row}");
        checked += 1;
    }
    assert_eq!(checked, 23);
}
