//! What the status page says of its viewer's bookings.

mod support;

use associate_pages::{Language, OwnBookings};
use chrono::{TimeDelta, Weekday};
use shared::model::BookedOn;
use shared::policy::{Phase, Reason};
use shared::reconcile::{EndpointStatus, PersonalView};
use support::bookings::{five, held_up, html, lapsing, late, suggested, times, view, workdays};
use support::{minutes, now, standing};

fn off() -> EndpointStatus {
    standing(Phase::Off, Reason::NotWanted)
}

fn visited(language: Language, view: PersonalView) -> String {
    html(language, &off(), &OwnBookings::Visited(view))
}

#[track_caller]
fn assert_says(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "no {text:?}: {page}");
    }
}

#[test]
fn each_booking_is_told_with_its_next_time_and_has_one_button() {
    let page = visited(Language::En, five());
    assert_says(
        &page,
        &[
            ">Mon–Fri, ready by 08:30, stays until 18:00<",
            // It is half past ten on Monday, and Tuesday is a holiday.
            ">Next: Wed 08:30 JST; Tue is a holiday<",
            ">Every day, ready by 21:00, stays until 02:00 the next day<",
            ">Next: Mon 21:00 JST<",
            ">Tue, ready by 07:00<",
            ">Next: Tue 1 Dec 07:00 JST; Tue 24 Nov is a holiday<",
            ">Mon, Wed, Sat, ready by 13:00<",
            ">Mon 4 Jan 2027, ready by 06:05<",
            ">Next: Mon 4 Jan 2027 06:05 JST<",
            "You have 5 bookings here",
        ],
    );
    assert_eq!(page.matches("/cancel\"><button").count(), 5);
    for booking in five().bookings {
        assert_says(
            &page,
            &[&format!(
                "action=\"/vpn/tokyo/bookings/{}/cancel\"",
                booking.id
            )],
        );
    }
    assert!(!page.contains("action=\"/vpn/tokyo/bookings\""), "{page}");
    let page = visited(Language::Ja, five());
    assert_says(
        &page,
        &[
            ">月〜金 08:30 までに準備（18:00 まで継続）<",
            ">次回：11月25日（水）08:30 JST（11月24日（火）は休日）<",
            ">毎日 21:00 までに準備（翌日 02:00 まで継続）<",
            ">月・水・土 13:00 までに準備<",
            ">2027年1月4日（月） 06:05 までに準備<",
            "予約は 5 件までです",
        ],
    );
}

#[test]
fn up_to_four_bookings_leave_room_for_another() {
    let booked = five();
    for count in 0..=4 {
        let bookings = booked.bookings[..count].to_vec();
        let view = PersonalView {
            bookings,
            ..PersonalView::default()
        };
        let page = visited(Language::En, view);
        assert_eq!(page.matches("action=\"/vpn/tokyo/bookings\"").count(), 2);
        assert_says(&page, &["type=\"time\"", "type=\"date\""]);
        // Its last start took long; nine in ten took ten minutes.
        assert_says(&page, &["Book at least 12 minutes ahead"]);
        for day in ["mon", "tue", "wed", "thu", "fri"] {
            assert_says(&page, &[&format!("value=\"{day}\" checked>")]);
        }
        for day in ["sat", "sun"] {
            assert_says(&page, &[&format!("value=\"{day}\">")]);
        }
        assert_says(&page, &["min=\"2026-11-23\" max=\"2027-01-21\""]);
    }
}

#[test]
fn every_field_of_the_form_has_a_label() {
    let page = visited(Language::En, PersonalView::default());
    let (_, section) = page.split_once("id=\"bookings\"").unwrap();
    let fields: Vec<&str> = section
        .split("<input type=\"")
        .skip(1)
        .filter(|field| !field.starts_with("hidden"))
        .map(|field| {
            field
                .split_once("id=\"")
                .unwrap()
                .1
                .split('"')
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(fields.len(), 12);
    for field in fields {
        assert_says(section, &[&format!("<label for=\"{field}\">")]);
    }
}

#[test]
fn a_visit_keeps_what_would_have_lapsed_and_a_look_does_not() {
    let page = visited(Language::En, lapsing());
    assert_says(
        &page,
        &["it would have ended on Sun 6 Dec. Your visit keeps it."],
    );
    let seen = html(Language::En, &off(), &OwnBookings::Seen(lapsing()));
    assert_says(&seen, &["it ends on Sun 6 Dec. To keep it, reload"]);
    let fresh = visited(Language::En, view(&[workdays("08:30")]));
    assert!(
        !fresh.contains("6 Dec") && !fresh.contains("Your visit"),
        "{fresh}"
    );
}

#[test]
fn an_order_that_keeps_a_booking_from_being_placed_is_told() {
    let text = "an administrator’s order keeps the VPN off";
    let held = visited(Language::En, held_up());
    assert_says(&held, &[text]);
    assert!(!held.contains("You booked"), "{held}");
    let page = visited(Language::En, view(&[workdays("10:40")]));
    assert!(!page.contains(text), "{page}");
}

#[test]
fn a_booking_that_will_be_late_is_told_so() {
    let (starting, own) = late();
    let own = OwnBookings::Visited(own);
    let told = "You booked 10:33; it will be ready at about 10:37 JST.";
    assert_says(&html(Language::En, &starting, &own), &[told]);
    let told = "予約は 10:33 ですが、利用できるのは 10:37 JST ごろになる見込みです。";
    assert_says(&html(Language::Ja, &starting, &own), &[told]);

    let mut in_time = starting.clone();
    in_time.ready_estimate = Some(now() + minutes(1));
    let mut unknown = starting.clone();
    unknown.ready_estimate = None;
    unknown.particulars.start_seconds = Vec::new();
    // Three minutes on its way, of 15 that are reckoned with where nothing is known.
    assert_says(
        &html(Language::En, &unknown, &own),
        &["You booked 10:33; it will be ready at about 10:43 JST."],
    );
    // No sweep has placed it yet: it would be 12 minutes from now.
    assert_says(
        &html(Language::En, &off(), &own),
        &["You booked 10:33; it will be ready at about 10:43 JST."],
    );
    let ready = standing(Phase::Ready, Reason::Pinned);
    let failed = standing(Phase::Off, Reason::GaveUp(None));
    let later = OwnBookings::Visited(view(&[workdays("10:44")]));
    for (standing, own) in [
        (&in_time, &own),
        (&ready, &own),
        (&failed, &own),
        (&off(), &later),
    ] {
        let page = html(Language::En, standing, own);
        assert!(!page.contains("You booked"), "{page}");
    }
}

#[test]
fn a_suggestion_is_one_click_or_no_thanks() {
    let page = visited(Language::En, suggested());
    assert_says(
        &page,
        &[
            "You usually come at about 08:50. Have it ready by 08:45 on workdays?",
            "<input type=\"hidden\" name=\"ready_by\" value=\"08:45\">",
            "action=\"/vpn/tokyo/suggestion/decline\"",
            ">Yes, book it</button>",
            ">No, thanks</button>",
        ],
    );
    for day in ["mon", "tue", "wed", "thu", "fri"] {
        let field = format!("<input type=\"hidden\" name=\"days\" value=\"{day}\">");
        assert_says(&page, &[&field]);
    }
    let page = visited(Language::Ja, suggested());
    assert_says(
        &page,
        &["いつも 08:50 ごろに利用されています。平日は 08:45 までに準備しておきますか？"],
    );
    let none = visited(Language::En, PersonalView::default());
    assert!(!none.contains("id=\"suggestion\""), "{none}");
}

#[test]
fn what_could_not_be_read_is_told_and_leaves_the_rest() {
    for (language, text) in [
        (Language::En, "Your bookings cannot be shown right now."),
        (Language::Ja, "現在、予約を表示できません。"),
    ] {
        let page = html(language, &off(), &OwnBookings::Unknown);
        assert_says(&page, &[text, "id=\"ask\""]);
        assert!(!page.contains("/bookings\""), "{page}");
    }
}

#[test]
fn a_booking_of_another_hand_becomes_no_markup() {
    let mut own = view(&[workdays("08:30")]);
    own.bookings[0].id = "\"><img src=x>".to_owned();
    let page = visited(Language::En, own);
    assert!(!page.contains("<img src=x"), "{page}");
}

#[test]
fn a_time_that_the_clock_change_skips_is_told_as_it_will_be() {
    // Not in Tokyo: what is checked is that the instant is told, and not what was booked.
    let sunday = times(
        BookedOn::Days([Weekday::Sun].into_iter().collect()),
        "02:30",
        None,
    );
    let mut own = view(&[sunday]);
    let next = own.bookings[0].particulars.next.as_mut().unwrap();
    next.ready_at += TimeDelta::minutes(30);
    let page = visited(Language::En, own);
    assert_says(&page, &["Sun, ready by 02:30", "Next: Sun 03:00 JST"]);
}

#[test]
fn help_says_what_bookings_are_and_what_is_remembered() {
    let page = support::help(Language::En);
    assert_says(
        &page,
        &[
            "id=\"bookings\"",
            "for 28 days",
            "60 days after your last request",
            "connected for 60 days",
            "Each booking that you make or cancel",
        ],
    );
    let page = support::help(Language::Ja);
    assert_says(&page, &["28 日分", "60 日たつと", "予約とその取り消し"]);
}
