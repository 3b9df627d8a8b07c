//! 日本語。

use super::{ListTexts, NotifyTexts, Texts, Told, bookings_ja, explain_ja, help_ja, orders_ja};
use crate::When;
use crate::error::Trouble;

pub(super) static JA: Texts = Texts {
    help: "ヘルプ",
    all_vpns: "VPN の一覧",
    session_ended: "サインインの有効期限が切れたため、この画面は更新されません。",
    sign_in_again: "もう一度サインイン",
    out_of_reach: "最新の状況を取得できません。自動で再試行しています。",

    headline: explain_ja::headline,
    explain: explain_ja::explain,
    steps: ["受付", "起動", "経路の復元", "準備完了"],
    step_done: "完了",
    step_current: "進行中",
    elapsed: "経過時間：",
    elapsed_format: "{m} 分 {s} 秒",
    estimate: explain_ja::estimate,
    left: "残り約 {m} 分",
    left_in_title: "残り約 {m} 分",
    left_longer: "いつもより時間がかかっています",
    title_with_left: |headline, left| format!("{headline}（{left}）"),
    bar: "進み具合",
    looks_again: "このままお待ちください。画面は自動で更新されます。",
    notify_ready: NotifyTexts {
        offer: "準備ができたら通知",
        set: "準備ができたら通知します。このタブを開いたままにしてください。",
    },
    notify_going: NotifyTexts {
        offer: "停止する前に通知",
        set: "停止する前に通知します。このタブを開いたままにしてください。",
    },
    notify_off: "通知を解除",
    notify_denied: "このサイトからの通知は、ブラウザーで許可されていません。ブラウザーの設定で許可できます。",

    ask: "VPN の利用を開始",
    ask_back: "利用を再開",
    try_again: "再試行",
    failure: explain_ja::failure,
    tell_administrator: "再試行しても失敗する場合は、次の内容を管理者にお知らせください。",
    code: "AWS のエラーコード",
    time: "時刻",
    trace_id: "トレース ID",

    facts: "現在の状況",
    stays: "利用できる時間：",
    until: |at| format!("{at} まで"),
    while_in_use: "使用中は継続",
    goes_at: |at| format!("{at} に停止します。延長しますか？"),
    goes_now: "まもなく停止します。延長しますか？",
    keep: |span| format!("{span}延長"),
    connections: "接続",
    connections_now: |n| match n {
        0 => "なし".to_owned(),
        n => format!("{n} 件"),
    },
    holders: "利用を申し込んでいる人",
    you: "あなた",
    warnings: "ご注意",
    warning: explain_ja::warning,

    connect: "接続",
    connect_text: "AWS VPN Client を開き、このプロファイルを選んで接続してください。",
    profile: "プロファイルをダウンロード",
    profile_text: "ダウンロードが必要なのは、パソコンごとに一度だけです。",
    how_to: "はじめての方へ：AWS VPN Client の設定方法",
    how_to_get: "AWS VPN Client を AWS のサイトから入手",
    how_to_systems: [
        ["Windows", "インストーラー（.msi）を実行します。"],
        ["macOS", "パッケージ（.pkg）を開きます。"],
        [
            "Linux",
            "Ubuntu の場合、パッケージ（.deb）をインストールします。",
        ],
    ],
    how_to_steps: &[
        "上のボタンからプロファイルをダウンロードします。",
        "クライアントで「ファイル」→「プロファイルを管理」→「プロファイルを追加」を開き、ファイルを選びます。",
        "プロファイルを選んで「接続」を押し、求められた場合はサインインします。",
    ],

    extend: "利用時間の延長",
    extend_text: "選んだ時刻までは、接続していなくても VPN は停止しません。選び直すと、前の指定は取り消されます。",
    extend_by: |minutes| match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} 分"),
        (hours, 0) => format!("{hours} 時間"),
        (hours, minutes) => format!("{hours} 時間 {minutes} 分"),
    },
    extend_until: "今日の時刻を指定",
    extend_button: "この時刻まで延長",
    extend_limit: |minutes, at| {
        let span = (JA.extend_by)(minutes);
        format!("最大 {span}先（{at}）まで延長できます。")
    },

    done: "利用の終了",
    done_button: "利用を終了",
    done_others: |names| format!("{names} も利用を申し込んでいるため、VPN は停止しません。"),
    done_connected: |n| {
        format!("{n} 件の接続があります。すべて切断されるまで、VPN は停止しません。")
    },
    done_nobody: "ほかに利用を申し込んでいる人はいません。利用を終了すると、VPN はまもなく停止します。",
    list_separator: "、",

    choose: "利用する VPN を選んでください",
    choose_text: "「VPN の利用を開始」で起動します。「状況を表示」では起動しません。",
    list: ListTexts {
        not_known: "現在、表示できません",
        stays: |at| format!("{at} まで利用できます"),
        in_use: "使用中は停止しません",
        held: |at| format!("{at} まで申し込み済みです。"),
        booked: |at| format!("{at} に予約しています。"),
        open: "状況を表示",
    },

    error,
    back: "戻る",

    orders: orders_ja::ORDERS,
    bookings: &bookings_ja::BOOKINGS,

    help_sections: help_ja::sections,
};

fn error(trouble: &Trouble<'_>, when: &When) -> Told {
    let (title, detail) = match trouble {
        Trouble::SignIn => (
            "サインインしていません",
            "もう一度サインインしてください。".to_owned(),
        ),
        Trouble::NotPermitted => (
            "利用が許可されていません",
            "サインインはできていますが、このアカウントでは VPN を利用できません。管理者に許可を依頼してください。".to_owned(),
        ),
        Trouble::Keys => (
            "現在利用できません",
            "サインインを確認できなかったため、何も行われていません。しばらくしてから、もう一度お試しください。".to_owned(),
        ),
        Trouble::NotFound => (
            "見つかりません",
            "このアドレスのページはありません。リンクをご確認ください。".to_owned(),
        ),
        Trouble::Method => (
            "操作できません",
            "このアドレスでは、その操作はできません。VPN の画面を開いて、もう一度操作してください。".to_owned(),
        ),
        Trouble::CrossSite => (
            "操作を受け付けませんでした",
            "別のサイトから送られた操作のため、実行していません。VPN の画面を開いて、もう一度操作してください。".to_owned(),
        ),
        Trouble::Malformed { .. } => (
            "内容を確認できません",
            "送られた内容を読み取れませんでした。前の画面に戻って、もう一度お試しください。".to_owned(),
        ),
        Trouble::Past { until } => (
            "過ぎた時刻です",
            format!("{} はすでに過ぎています。これからの時刻を選んでください。", when.at(*until)),
        ),
        Trouble::TooFar { latest } => (
            "延長できる範囲を超えています",
            format!("{} までの時刻を選んでください。", when.at(*latest)),
        ),
        Trouble::NotRecorded => (
            "現在利用できません",
            "申し込みを記録できなかったため、何も行われていません。もう一度お試しください。".to_owned(),
        ),
        Trouble::NotRead => (
            "現在利用できません",
            "VPN の状況を確認できませんでした。しばらくしてから、もう一度お試しください。".to_owned(),
        ),
        Trouble::Refused => (
            "AWS に拒否されました",
            "AWS がこの処理を拒否しました。再試行しても解決しません。この画面の内容を管理者にお知らせください。".to_owned(),
        ),
        Trouble::Booking(trouble) => return bookings_ja::error(trouble),
        Trouble::Order(trouble) => return orders_ja::error(trouble, &JA, when),
    };
    Told { title, detail }
}
