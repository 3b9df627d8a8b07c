//! Pictures are read back: they are well-formed, and what they show lies where it should.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use roxmltree::{Document, Node};
use shared::policy::first_instant;
use shared::review::usage::DayUse;

use super::bars::{self, Bars};
use super::calendar::{self, Calendar};
use super::strip::Strip;
use super::*;
use crate::Language;
use crate::texts::UseTexts;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A day that was up from and to these instants.
fn day(zone: Tz, date: &str, up: &[[&str; 2]]) -> DayUse {
    let date: NaiveDate = date.parse().unwrap();
    let midnight = |date: NaiveDate| first_instant(zone, date.and_time(NaiveTime::MIN)).unwrap();
    let up: Vec<_> = up.iter().map(|[from, to]| (at(from), at(to))).collect();
    DayUse {
        date,
        begins: midnight(date),
        ends: midnight(date.succ_opt().unwrap()),
        hours: up.iter().map(|(from, to)| hours_between(*from, *to)).sum(),
        up,
    }
}

fn texts() -> &'static PictureTexts {
    &UseTexts::of(Language::En).pictures
}

fn calendar(days: &[DayUse], zone: Tz, now: &str) -> String {
    let hours = |hours: f64| format!("{hours:.1}");
    let calendar = Calendar {
        id: "c",
        endpoint: "tokyo",
        days,
        zone,
        now: at(now),
        t: texts(),
        hours: &hours,
    };
    calendar.svg()
}

fn bars(days: &[DayUse], subnets: usize, now: &str) -> String {
    let bars = Bars {
        id: "b",
        endpoint: "tokyo",
        days,
        subnets,
        now: at(now),
        t: texts(),
    };
    bars.svg()
}

fn strip(day: &DayUse, zone: Tz, now: &str) -> String {
    let strip = Strip {
        id: "s",
        endpoint: "tokyo",
        day,
        zone,
        now: at(now),
        t: texts(),
    };
    strip.svg()
}

/// What has a class, in order.
fn of_class<'a>(document: &'a Document<'_>, class: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    let nodes = document.descendants();
    nodes.filter(move |node| node.attribute("class") == Some(class))
}

/// The boxes of all paths of a class above the legend: x, y, width, height.
fn boxes(svg: &str, class: &str, above: f64) -> Vec<[f64; 4]> {
    let document = Document::parse(svg).unwrap();
    let mut boxes = Vec::new();
    for path in of_class(&document, class) {
        for drawn in path.attribute("d").unwrap().split('M').skip(1) {
            let numbers: Vec<f64> = drawn
                .split([' ', 'h', 'v', 'z'])
                .filter(|text| !text.is_empty())
                .map(|text| text.parse().unwrap())
                .collect();
            let [x, y, width, height, back] = numbers[..] else {
                panic!("{drawn} is no box");
            };
            assert!((width + back).abs() < 1e-9, "{drawn} is not closed");
            boxes.push([x, y, width, height]);
        }
    }
    boxes.retain(|[_, y, ..]| *y < above);
    boxes
}

/// Below it stands the legend of a calendar of one day.
const ONE_ROW: f64 = calendar::TOP + 20.0;

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.11
}

#[test]
fn a_bar_lies_where_it_was_up() {
    let (tokyo, berlin) = (Tz::Asia__Tokyo, Tz::Europe__Berlin);
    let late = "2027-01-01T00:00:00Z";
    for (zone, date, up, from, to) in [
        (
            tokyo,
            "2026-11-26",
            ["2026-11-25T15:00:00Z", "2026-11-26T15:00:00Z"],
            0.0,
            24.0,
        ),
        (
            tokyo,
            "2026-11-26",
            ["2026-11-26T00:00:00Z", "2026-11-26T03:30:00Z"],
            9.0,
            12.5,
        ),
        // An hour that comes twice: 02:30 CEST is 2.5 hours after midnight, 02:30 CET 3.5.
        (
            berlin,
            "2026-10-25",
            ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"],
            2.5,
            3.5,
        ),
        (
            berlin,
            "2026-10-25",
            ["2026-10-25T08:00:00Z", "2026-10-25T23:00:00Z"],
            10.0,
            25.0,
        ),
        // An hour that is skipped: 03:00 CEST is 2 hours after midnight.
        (
            berlin,
            "2026-03-29",
            ["2026-03-29T01:00:00Z", "2026-03-29T07:00:00Z"],
            2.0,
            8.0,
        ),
        (
            berlin,
            "2026-03-29",
            ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
            0.0,
            23.0,
        ),
    ] {
        let svg = calendar(&[day(zone, date, &[up])], zone, late);
        let [[x, y, width, height]] = boxes(&svg, "up", ONE_ROW)[..] else {
            panic!("{up:?} is not one bar");
        };
        assert!(
            is_near(x, calendar::LEFT + from * calendar::HOUR),
            "{up:?} begins at {x}"
        );
        assert!(
            is_near(width, (to - from) * calendar::HOUR),
            "{up:?} is {width} long"
        );
        assert!(is_near(y, calendar::TOP) && is_near(height, 14.0), "{up:?}");
    }
}

#[test]
fn a_day_on_which_clocks_change_is_as_long_as_it_was() {
    for (zone, date, hours, six, change) in [
        (Tz::Europe__Berlin, "2026-10-24", 24.0, 6.0, None),
        (Tz::Europe__Berlin, "2026-10-25", 25.0, 7.0, Some(3.0)),
        (Tz::Europe__Berlin, "2026-03-29", 23.0, 5.0, Some(2.0)),
        (Tz::Australia__Lord_Howe, "2026-04-05", 24.5, 6.5, Some(2.0)),
        (Tz::Asia__Tokyo, "2026-10-25", 24.0, 6.0, None),
    ] {
        let day = day(zone, date, &[]);
        let svg = calendar(std::slice::from_ref(&day), zone, "2027-01-01T00:00:00Z");
        let [[x, _, width, _]] = boxes(&svg, "track", ONE_ROW)[..] else {
            panic!("{date} is not one strip");
        };
        assert!(
            is_near(x, calendar::LEFT) && is_near(width, hours * calendar::HOUR),
            "{date}"
        );
        let document = Document::parse(&svg).unwrap();
        let lines = of_class(&document, "grid")
            .next()
            .unwrap()
            .attribute("d")
            .unwrap();
        let first = format!("M{} ", svg::unit(calendar::LEFT + six * calendar::HOUR));
        assert!(lines.starts_with(&first), "{date}: {lines}");
        // The second mark is the legend's.
        let marks = of_class(&document, "change").count();
        assert_eq!(marks, if change.is_some() { 2 } else { 0 }, "{date}");
        let changed = clock_change(&day, zone).map(|at| hours_between(day.begins, at));
        assert_eq!(changed, change, "{date}");
    }
}

#[test]
fn today_ends_at_now_and_later_days_are_not_drawn() {
    let zone = Tz::Asia__Tokyo;
    let days = [
        day(zone, "2026-11-25", &[]),
        day(
            zone,
            "2026-11-26",
            &[["2026-11-26T00:00:00Z", "2026-11-26T08:15:00Z"]],
        ),
        day(zone, "2026-11-27", &[]),
    ];
    let svg = calendar(&days, zone, "2026-11-26T08:15:00Z");
    let strips: Vec<f64> = boxes(&svg, "track", ONE_ROW + 20.0)
        .iter()
        .map(|it| it[2])
        .collect();
    assert_eq!(strips, [480.0, 345.0]);
    assert!(!svg.contains("Fri 27"));
    let document = Document::parse(&svg).unwrap();
    let now = of_class(&document, "now")
        .next()
        .unwrap()
        .attribute("d")
        .unwrap();
    assert!(
        now.starts_with(&format!("M{} ", calendar::LEFT + 345.0)),
        "{now}"
    );
    let bars = bars(&days, 1, "2026-11-26T08:15:00Z");
    assert_eq!(boxes(&bars, "up", 1e9).len(), 1);
}

#[test]
fn a_weekend_is_told_apart_without_colour() {
    let zone = Tz::Asia__Tokyo;
    let days =
        ["2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30"].map(|date| day(zone, date, &[]));
    let svg = calendar(&days, zone, "2027-01-01T00:00:00Z");
    let rows: Vec<f64> = boxes(&svg, "weekend", calendar::TOP + 80.0)
        .iter()
        .map(|it| it[1])
        .collect();
    assert_eq!(rows, [calendar::TOP + 20.0, calendar::TOP + 40.0]);
    let document = Document::parse(&svg).unwrap();
    for weekend in of_class(&document, "weekend") {
        assert_eq!(weekend.attribute("fill"), Some("url(#c-hatch)"));
    }
    assert!(
        document
            .descendants()
            .any(|node| node.attribute("id") == Some("c-hatch"))
    );
}

#[test]
fn a_bar_is_as_high_as_its_hours_beside_always_on() {
    let zone = Tz::Asia__Tokyo;
    let mut days = ["2026-11-24", "2026-11-25", "2026-11-26"].map(|date| day(zone, date, &[]));
    for (day, hours) in days.iter_mut().zip([0.0, 12.0, 48.0]) {
        day.hours = hours;
    }
    let svg = bars(&days, 2, "2027-01-01T00:00:00Z");
    let heights: Vec<f64> = boxes(&svg, "up", 1e9).iter().map(|it| it[3]).collect();
    assert_eq!(heights, [bars::PLOT_HEIGHT / 4.0, bars::PLOT_HEIGHT]);
    let document = Document::parse(&svg).unwrap();
    let always_on = of_class(&document, "always-on")
        .next()
        .unwrap()
        .attribute("d")
        .unwrap();
    let end = bars::LEFT + 3.0 * 40.0;
    assert_eq!(
        always_on,
        format!("M{0} {1}H110V{1}H150V{1}H{end}", bars::LEFT, bars::TOP)
    );
    // Nothing is compared with where no subnet is configured.
    assert!(!bars(&days, 0, "2027-01-01T00:00:00Z").contains("class=\"always-on"));
}

#[test]
fn todays_strip_is_in_parts_of_its_day() {
    let zone = Tz::Asia__Tokyo;
    let day = day(
        zone,
        "2026-11-26",
        &[["2026-11-26T00:00:00Z", "2026-11-26T03:00:00Z"]],
    );
    let svg = strip(&day, zone, "2026-11-26T09:00:00Z");
    let document = Document::parse(&svg).unwrap();
    let part = |class, attribute| {
        of_class(&document, class)
            .next()
            .unwrap()
            .attribute(attribute)
            .unwrap()
            .to_owned()
    };
    assert_eq!(part("up", "x"), "37.500%");
    assert_eq!(part("up", "width"), "12.500%");
    assert_eq!(part("track", "width"), "75.000%");
    assert_eq!(part("now", "x1"), "75.000%");
}

#[test]
fn todays_strip_is_as_long_as_its_day() {
    let zone = Tz::Europe__Berlin;
    for (date, up, from, long, six) in [
        // Of 25 hours, from 02:30 CET, the second 02:30, for an hour.
        (
            "2026-10-25",
            ["2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"],
            "14.000%",
            "4.000%",
            "28.000%",
        ),
        // Of 23 hours, from 03:00 CEST, which follows 02:00, for 4.6 hours.
        (
            "2026-03-29",
            ["2026-03-29T01:00:00Z", "2026-03-29T05:36:00Z"],
            "8.696%",
            "20.000%",
            "21.739%",
        ),
    ] {
        let svg = strip(&day(zone, date, &[up]), zone, "2027-01-01T00:00:00Z");
        let document = Document::parse(&svg).unwrap();
        let bar = of_class(&document, "up").next().unwrap();
        assert_eq!(bar.attribute("x"), Some(from), "{date}");
        assert_eq!(bar.attribute("width"), Some(long), "{date}");
        let label = of_class(&document, "hour").next().unwrap();
        assert_eq!(label.attribute("x"), Some(six), "{date}");
        assert_eq!(of_class(&document, "change").count(), 1, "{date}");
    }
}

#[test]
fn names_from_outside_are_text_and_nothing_else() {
    let hostile = "</title><script>alert(1)</script>\"'&\0\u{1b}\u{ffff}]]>";
    let zone = Tz::Asia__Tokyo;
    let days = [day(zone, "2026-11-26", &[])];
    let now = at("2026-11-26T09:00:00Z");
    let hours = |_: f64| hostile.to_owned();
    let (t, endpoint) = (texts(), hostile);
    let pictures = [
        Calendar {
            id: "c",
            endpoint,
            days: &days,
            zone,
            now,
            t,
            hours: &hours,
        }
        .svg(),
        Bars {
            id: "b",
            endpoint,
            days: &days,
            subnets: 1,
            now,
            t,
        }
        .svg(),
        Strip {
            id: "s",
            endpoint,
            day: &days[0],
            zone,
            now,
            t,
        }
        .svg(),
    ];
    for svg in pictures {
        let document = Document::parse(&svg).unwrap();
        let title = document
            .descendants()
            .find(|node| node.has_tag_name("title"))
            .unwrap();
        assert!(
            title
                .text()
                .unwrap()
                .contains("</title><script>alert(1)</script>\"'&]]>")
        );
        assert!(
            !document
                .descendants()
                .any(|node| node.has_tag_name("script"))
        );
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        for id in root.attribute("aria-labelledby").unwrap().split(' ') {
            assert!(
                document
                    .descendants()
                    .any(|node| node.attribute("id") == Some(id))
            );
        }
    }
}

#[test]
fn nothing_strange_in_a_day_breaks_a_picture() {
    let zone = Tz::Asia__Tokyo;
    let mut odd = day(
        zone,
        "2026-11-26",
        // Backwards, before the day, and after it.
        &[
            ["2026-11-26T03:00:00Z", "2026-11-26T02:00:00Z"],
            ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"],
            ["2026-11-26T14:00:00Z", "2026-12-26T02:00:00Z"],
        ],
    );
    odd.hours = f64::NAN;
    let mut none = day(zone, "2026-11-26", &[]);
    none.ends = none.begins;
    for now in [
        "1970-01-01T00:00:00Z",
        "2026-11-26T09:00:00Z",
        "2030-01-01T00:00:00Z",
    ] {
        for days in [
            &[][..],
            std::slice::from_ref(&odd),
            std::slice::from_ref(&none),
        ] {
            for svg in [calendar(days, zone, now), bars(days, 1, now)] {
                Document::parse(&svg).unwrap();
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
        for day in [&odd, &none] {
            let svg = strip(day, zone, now);
            Document::parse(&svg).unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}

#[test]
fn thirteen_months_are_light() {
    let zone = Tz::Europe__Berlin;
    let first: NaiveDate = "2025-11-01".parse().unwrap();
    let days: Vec<DayUse> = first
        .iter_days()
        .take(396)
        .map(|date| {
            let hour = |hour| format!("{date}T{hour:02}:13:00Z");
            let times = [
                [hour(5), hour(9)],
                [hour(11), hour(12)],
                [hour(15), hour(20)],
            ];
            let times: Vec<[&str; 2]> = times.iter().map(|[a, b]| [a.as_str(), b]).collect();
            day(zone, &date.to_string(), &times)
        })
        .collect();
    let calendar = calendar(&days, zone, "2027-01-01T00:00:00Z");
    assert_eq!(
        boxes(&calendar, "up", calendar::TOP + 4.0 * 396.0).len(),
        3 * 396
    );
    assert!(calendar.len() < 50_000, "{}", calendar.len());
    assert!(!calendar.contains("Mon 3"));
    let bars = bars(&days, 2, "2027-01-01T00:00:00Z");
    assert!(bars.len() < 25_000, "{}", bars.len());
}
