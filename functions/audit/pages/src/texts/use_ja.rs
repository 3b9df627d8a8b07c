//! 利用状況と費用（日本語）。

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::use_texts::UseTexts;
use crate::pictures::PictureTexts;

pub(super) static JA: UseTexts = UseTexts {
    pictures: PictureTexts {
        calendar_title: |name| format!("{name} の日ごとの稼働時間帯"),
        bars_title: |name| format!("{name} の日ごとの稼働時間と、常時稼働との比較"),
        strip_title: |name| format!("{name} の本日の稼働時間帯"),
        described: "同じ内容を、図のあとの表で確認できます。",
        day: |date| format!("{} ({})", date.day(), weekday(date)),
        first: |date| format!("{}/{} ({})", date.month(), date.day(), weekday(date)),
        month: |date| format!("{}/{}", date.year(), date.month()),
        up: "稼働",
        down: "停止",
        weekend: "土日（停止）",
        clock_change: "時刻の切り替え",
        hours: "サブネットの稼働時間",
        hours_unit: "時間",
        always_on: "常時稼働",
    },

    month: |date| format!("{}年{}月", date.year(), date.month()),
    date,
    range: |from, to| {
        if from == to {
            date(from)
        } else {
            let day = |date: NaiveDate| date.format("%Y年%-m月%-d日").to_string();
            format!("{}〜{}", day(from), day(to))
        }
    },
    until_now: |at| format!("現在（{at}）までの集計です。"),
    choose_range: "期間を指定する",
    by_month: "月",
    from: "開始日",
    to: "終了日（この日を含む）",
    show: "表示",
    at_most: "最長 13 か月です。",

    all: "すべての VPN",
    endpoint: "VPN",
    total: "合計",
    no_endpoint: "管理対象の VPN はなく、この期間に稼働した VPN もありません。",
    no_stay: "この期間には稼働していないため、費用はかかっていません。",
    known_since: |at| {
        format!(
            "{at} 以降の利用を集計しています。それより前の稼働には終了記録がないため、含まれません。"
        )
    },
    read_back_to: |at| {
        format!(
            "終了記録が多いため、一部だけを集計しています。{at} より前に終わった稼働は含まれません。期間を短くしてください。"
        )
    },
    unreadable: |n| {
        format!(
            "読み取れない終了記録が {n} 件あり、集計に含まれていません。「要確認」で確認できます。"
        )
    },
    drawn: |drawn, all| {
        format!(
            "期間が長いため、図と利用者名は {all} 個の VPN のうち最初の {drawn} 個だけを表示しています。期間を短くすると、すべて表示されます。"
        )
    },

    estimated: "概算",
    hours: "稼働時間",
    hours_unit: |hours| format!("{hours} 時間"),
    hours_how: "サブネットが関連付けられていた時間です。2 つのサブネットが 1 時間関連付けられると、2 時間と数えます。期間の前後にまたがる稼働は、期間内の分だけを数えます。",
    requests: "申し込み",
    requests_how: "この期間の稼働につながった申し込みの数です。稼働につながらなかった申し込みは、「記録」で確認できます。",
    people: "利用者",
    people_how: "VPN を申し込んだ人と、利用の申し込みが有効だった人の数です。同じ人は 1 人と数えます。1 件の終了記録に残る人数は、最大 500 人です。",
    people_names: "利用者の一覧",
    people_more: |n| format!("ほか {n} 人"),
    starts: "起動にかかった時間",
    median: "中央値",
    p90: "90 パーセンタイル",
    longest: "最長",
    no_start: "計測された起動はありません。",
    starts_how: "申し込み（または起動できるようになった時点）から、利用可能になるまでの時間です。起動 10 回のうち 9 回は、90 パーセンタイルの時間以内に終わっています。",
    span: |seconds| match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} 秒"),
        (minutes, seconds) => format!("{minutes} 分 {seconds} 秒"),
    },
    stays: "稼働回数",
    stays_how: "期間内に一部でも含まれる稼働の回数です。",
    unused: "接続のなかった稼働",
    unused_how: "そのうち、誰も接続しなかった稼働の回数です。",
    up_now: |since, hours| {
        format!(
            "{since} から稼働中です（これまでに {hours}）。まだ終了記録がないため、この期間に含まれる分を、現在の状態から加算しています。"
        )
    },

    money: "費用",
    usd: "米ドル",
    how: "計算方法",
    cost: "費用",
    cost_how: |price| {
        format!(
            "関連付けごとに、AWS が関連付けを受け付けてから解除を受け付けるまでの時間に、1 時間あたりの料金（現在は {price}）を掛けています。接続の料金は別に請求されるため、含まれません。"
        )
    },
    always_on: "常時稼働の場合",
    always_on_how: |subnets, hours, price| {
        format!(
            "設定された {subnets} 個のサブネットを、期間中（現在まで）の {hours}すべてで関連付けた場合の費用です。料金は 1 時間あたり {price} です。"
        )
    },
    office_hours: "業務時間のみの場合",
    office_hours_how: |window, zone| {
        format!(
            "同じサブネットを、月曜日から金曜日の {window}（{zone}、祝日を含む）に関連付けた場合の費用です。"
        )
    },
    saved: "節約額",
    saved_how: |percent| match percent {
        Some(percent) => {
            format!("常時稼働の場合の費用から、実際の費用を引いた額です（{percent} %）。")
        }
        None => "常時稼働の場合の費用から、実際の費用を引いた額です。".to_owned(),
    },
    managed_no_more: "この VPN は管理対象から外れているため、比較できません。",

    calendar: "稼働していた時間帯",
    calendar_text: |zone| format!("1 本の帯が 1 日（0 時から 24 時まで、{zone}）を表します。"),
    odd_day: |date, hours| format!("{date}は、時刻の切り替えにより {hours}です。"),
    bars: "日ごとの稼働時間",
    bars_text: "破線は、常時稼働の場合の時間です。",
    table: "表で見る",
    table_text: "日ごとの値は四捨五入しているため、足し合わせても合計と一致しないことがあります。",
    day: "日付",
    up: "稼働していた時間帯",
    now: "現在",
    not_up: "–",
    separator: "、",
    more_times: |n| format!("ほか {n} 回"),

    bill: "請求書との照合",
    bill_text: &[
        "請求書には、使用タイプごとに料金が記載されます。先頭には、リージョンの記号（東京は APN1）が付きます。",
        "請求書の日付は UTC です。また、実際の料金がここでの設定と異なることもあるため、数パーセントの差が生じます。",
    ],
    bill_usage: [
        [
            "…-ClientVPN-EndpointHours",
            "サブネットが関連付けられていた時間です。「稼働時間」と「費用」に対応します。",
        ],
        [
            "…-ClientVPN-ConnectionHours",
            "クライアントの接続時間です。ここでは概算していません。",
        ],
    ],
    bill_query: "Cost Explorer で確認するコマンド：",
    bill_more: "Client VPN の料金について（AWS）",
};

fn date(date: NaiveDate) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    format!("{year}年{month}月{day}日（{}）", weekday(date))
}

fn weekday(date: NaiveDate) -> &'static str {
    match date.weekday() {
        Weekday::Mon => "月",
        Weekday::Tue => "火",
        Weekday::Wed => "水",
        Weekday::Thu => "木",
        Weekday::Fri => "金",
        Weekday::Sat => "土",
        Weekday::Sun => "日",
    }
}
