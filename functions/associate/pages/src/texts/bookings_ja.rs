//! 予約（日本語）。

use chrono::{Datelike as _, NaiveDate, Weekday, WeekdaySet};
use shared::model::{WORKDAYS, days_of};

use super::Told;
use super::bookings::{Booked, BookingTexts};
use crate::error::BookingTrouble;

pub(super) static BOOKINGS: BookingTexts = BookingTexts {
    heading: "予約",
    intro: "予約しておくと、待たずに接続できます。",
    how: "予約について",
    not_shown: "現在、予約を表示できません。予約は有効です。しばらくしてから、この画面を開き直してください。",

    weekdays: WEEKDAYS,
    days,
    date,
    near_date: date,
    booked: |booked| {
        let Booked { on, ready_by, .. } = booked;
        let until = booked.until.map_or(String::new(), |until| {
            let day = if booked.is_overnight { "翌日 " } else { "" };
            format!("（{day}{until} まで継続）")
        });
        format!("{on} {ready_by} までに準備{until}")
    },
    next: |date, time, zone| format!("次回：{date}{time} {zone}"),
    holiday: |date| format!("（{date}は休日）"),
    no_next: "今後 1 年間、対象の日はすべて休日です",
    held_up: "予約の時刻ですが、管理者の指示により VPN は起動しません。",
    kept_by_visit: |date| {
        format!(
            "しばらく利用がなかったため、{date}に終了する予定でした。画面を開いたので、引き続き有効です。"
        )
    },
    lapses: |date| {
        format!(
            "しばらく利用がないため、{date}に終了します。続けるには、この画面を開き直してください。"
        )
    },
    cancel: "取り消す",
    late: |booked, ready| {
        format!("予約は {booked} ですが、利用できるのは {ready} ごろになる見込みです。")
    },

    weekly: "曜日を選んで予約する",
    once: "日付を選んで予約する",
    on_days: "曜日",
    on_date: "日付",
    ready_by: |zone| format!("この時刻までに準備（{zone}）"),
    stay_until: "この時刻まで継続（任意）",
    ahead: |minutes| {
        format!(
            "{minutes} 分以上前に予約してください。それより遅い場合はすぐに起動しますが、準備が予約の時刻より遅れることがあります。"
        )
    },
    stays: |grace, longest| {
        format!(
            "継続する時刻を指定しない場合、最初の接続を {grace} 分間待ちます。最大 {} 時間まで継続できます。",
            longest.num_hours()
        )
    },
    book: "予約する",
    full: |most| {
        format!("予約は {most} 件までです。新しく予約するには、いずれかを取り消してください。")
    },

    suggestion: |comes, ready| {
        format!("いつも {comes} ごろに利用されています。平日は {ready} までに準備しておきますか？")
    },
    accept: "はい、予約する",
    decline: "いいえ",
    decline_text: "「いいえ」を選ぶと、この VPN では今後提案しません。",
};

const WEEKDAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];

fn weekday(day: Weekday) -> &'static str {
    let number = usize::try_from(day.num_days_from_monday()).unwrap_or_default();
    WEEKDAYS[number]
}

fn days(days: WeekdaySet) -> String {
    match days {
        WeekdaySet::ALL => "毎日".to_owned(),
        WORKDAYS => "月〜金".to_owned(),
        days => {
            let names: Vec<&str> = days_of(days).map(weekday).collect();
            names.join("・")
        }
    }
}

fn date(date: NaiveDate, today: NaiveDate) -> String {
    let format = if date.year() == today.year() {
        "%-m月%-d日"
    } else {
        "%Y年%-m月%-d日"
    };
    format!("{}（{}）", date.format(format), weekday(date.weekday()))
}

pub(super) fn error(trouble: &BookingTrouble) -> Told {
    let (title, detail) = match trouble {
        BookingTrouble::NoDay => (
            "曜日が選ばれていません",
            "予約は行われていません。前の画面に戻り、曜日を一つ以上、または日付を選んでください。".to_owned(),
        ),
        BookingTrouble::Past => (
            "過ぎた時刻です",
            "指定した日時をすでに過ぎているため、予約は行われていません。前の画面に戻り、これからの日時を選んでください。".to_owned(),
        ),
        BookingTrouble::TooLong { longest } => (
            "予約できる時間を超えています",
            format!(
                "予約は行われていません。準備の時刻から最大 {} 時間まで継続できます。前の画面に戻り、終わりの時刻を早めてください。",
                longest.num_hours()
            ),
        ),
        BookingTrouble::TooMany => (
            "予約の上限に達しています",
            "予約は行われていません。いずれかの予約を取り消してから、もう一度お試しください。".to_owned(),
        ),
        BookingTrouble::NotYours => (
            "管理者だけの操作です",
            "ほかの人の予約を取り消せるのは管理者だけです。この操作は記録されました。予約は変更されていません。".to_owned(),
        ),
        BookingTrouble::Unknown => (
            "予約が見つかりません",
            "その予約はすでにないため、取り消す必要はありません。".to_owned(),
        ),
        BookingTrouble::NotCertain => (
            "現在利用できません",
            "操作を記録できたか確認できませんでした。VPN の画面で予約を確認し、反映されていない場合はもう一度お試しください。".to_owned(),
        ),
    };
    Told { title, detail }
}
