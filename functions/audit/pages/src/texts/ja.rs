//! 日本語。

use chrono::{Datelike as _, NaiveDate, TimeDelta, Weekday};

use super::{LogTexts, Texts, events_ja, findings_ja, largest_units, records_ja, troubles_ja};

pub(super) static JA: Texts = Texts {
    now: "現在",
    log: "記録",
    use_and_cost: "利用と費用",
    findings: "要確認",
    parts: "管理",
    employees_pages: "利用者向けの画面",
    help: "ヘルプ",

    records: "記録の一覧",
    time: "時刻",
    no_time: "時刻なし",
    endpoint: "VPN",
    what: "出来事",
    actor: "実行者",
    reason: "理由",
    from: "開始日",
    to: "終了日",
    show: "表示する",
    pages: "前後の記録",
    newest: "最新の記録",
    older: "さらに古い記録",

    event: events_ja::event,
    family: events_ja::family,
    asked_by_booking: "予約による利用の申し込み",
    unknown_event: "このバージョンでは不明",
    span,
    day,
    usd: |usd| format!("{usd:.2} 米ドル"),
    estimated: "推定",

    log_page: LogTexts {
        filter: "絞り込み",
        all: "すべて",
        text: "語句",
        text_note: "「実行者」には、記録にある名前の全体を入力します。「語句」は、理由・名前・ID の中から、大文字と小文字を区別せずに探します。",
        events: |chosen| match chosen {
            0 => "出来事：すべて".to_owned(),
            chosen => format!("出来事：{chosen} 個を選択中"),
        },
        clear: "条件を消す",
        no_record: "条件に合う記録はありません。",
        no_older: "これより古い記録はありません。",
        none_back_to: |time| {
            format!(
                "{time} までさかのぼりましたが、条件に合う記録はありません。「さらに古い記録」で続きを探します。"
            )
        },
        back_to: |time| format!("{time} までさかのぼりました。"),
        download: "ダウンロード",
        download_note: "上の条件に合うすべての記録を、1 MB 未満ずつに分けて取得します。続きのアドレスは、応答のヘッダー「Link」にあります。\
                        ダウンロードしたことは記録されます。",
    },
    record: records_ja::RECORD,
    stay: records_ja::STAY,
    finding: findings_ja::FINDINGS,
    error: troubles_ja::ERRORS,
};

fn day(day: NaiveDate) -> String {
    let weekday = match day.weekday() {
        Weekday::Mon => "月",
        Weekday::Tue => "火",
        Weekday::Wed => "水",
        Weekday::Thu => "木",
        Weekday::Fri => "金",
        Weekday::Sat => "土",
        Weekday::Sun => "日",
    };
    format!("{}（{weekday}）", day.format("%Y年%-m月%-d日"))
}

fn span(span: TimeDelta) -> String {
    let units = largest_units(span, ["日", "時間", "分", "秒"]);
    let parts: Vec<_> = units
        .iter()
        .map(|(n, unit)| format!("{n} {unit}"))
        .collect();
    parts.join(" ")
}
