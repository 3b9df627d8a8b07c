//! 記録と、起動から停止までの経過。

use shared::review::stay::Chapter;

use super::{RecordTexts, StayTexts};

pub(super) const RECORD: RecordTexts = RecordTexts {
    title: "記録の詳細",
    holds: "この記録のすべての内容",
    name: "項目",
    value: "値",
    attribute,
    foreign: "この画面では表示できない種類の値",
    copy: "コピー",
    copied: "コピーしました",
    stay: "起動から停止までの経過",
    previous: "前",
    next: "次",
};

pub(super) const STAY: StayTexts = StayTexts {
    title: "起動から停止まで",
    heading: |endpoint, number| format!("{endpoint} の {number} 回目の起動"),
    no_stay: "この記録に対応する起動はありません",
    not_whole: "記録が多いため、初めか終わりの一部はここに表示されていません。すべての記録は「記録」にあります。",
    up_still: "現在も起動しています。",
    chapter: |chapter| match chapter {
        Chapter::Asked => "申し込み",
        Chapter::Started => "起動",
        Chapter::Ready => "利用可能",
        Chapter::Used => "利用",
        Chapter::Going => "停止処理",
        Chapter::Gone => "停止",
    },
    after: |span| format!("{span}後"),
    took: |span| format!("（{span}）"),
    up: "起動していた時間",
    associated: "関連付けの時間",
    associated_note: "全サブネットの合計。AWS の課金対象です",
    cost: "費用",
    people: "利用者",
    connections: "接続",
    no_connection: "終了した接続の記録はありません。",
    more: |count| format!("ほか {count}"),
    timeline: "経過",
    left_out: |count| {
        format!("途中の {count} 件は省略しています。すべての記録は「記録」にあります。")
    },
    cross_site: "ほかのサイトのリンク、またはサインインを経由",
};

fn attribute(name: &str) -> Option<&'static str> {
    Some(match name {
        "occurred_at" => "時刻",
        "event" => "出来事",
        "endpoint_name" => "VPN",
        "endpoint_id" => "エンドポイント",
        "event_id" => "記録の ID",
        "day" => "日（UTC）",
        "month" => "月（UTC）",
        "actor" => "実行者",
        "actor_sub" => "実行者のユーザープールでの ID",
        "reason" => "理由",
        "expires_at" => "保存期限",
        "stay" => "何回目の起動か",
        "source_ip" => "接続元のアドレス",
        "user_agent" => "ブラウザー",
        "trace_id" => "トレース ID",
        "sec_fetch_site" => "どこから来たか",
        "association_ids" => "関連付け",
        "subnet_ids" => "サブネット",
        "cidrs" => "経路",
        "error_code" => "AWS のエラーコード",
        "until" => "期限",
        "active_connections" => "使用中の接続数",
        "duration_seconds" => "所要時間",
        "cost_usd" => "費用（米ドル）",
        "connection_id" => "接続の ID",
        "bytes" => "通信量（バイト）",
        "booking_id" => "予約",
        "booked_by" => "予約した人",
        "mode" => "起動させなかった管理者の指示",
        "up_since" => "起動の時刻",
        "ready_since" => "利用可能になった時刻",
        "start_seconds" => "起動にかかった時間",
        "requests" => "申し込みの数",
        "people" => "利用者",
        "people_count" => "利用者の数",
        "last_active_at" => "最後の使用",
        "association_seconds" => "関連付けの時間（全サブネットの合計）",
        _ => return None,
    })
}
