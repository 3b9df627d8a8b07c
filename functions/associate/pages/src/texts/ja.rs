//! 日本語。

use shared::model::Restorable;
use shared::policy::{Hold, KeepRule, Outlook, Reason, Warning};

use super::{About, Texts, Told, bookings_ja, help_ja, orders_ja};
use crate::When;
use crate::error::Trouble;
use crate::status::{Estimate, FailureKind, Situation};

pub(super) static JA: Texts = Texts {
    help: "ヘルプ",
    all_vpns: "VPN の一覧",
    session_ended: "サインインの有効期限が切れたため、この画面の更新を停止しました。",
    sign_in_again: "もう一度サインインする",
    out_of_reach: "最新の状況を取得できませんでした。自動で再試行しています。",

    headline,
    explain,
    steps: ["受付", "VPN の準備", "経路の復元", "利用可能"],
    step_done: "完了",
    step_current: "進行中",
    elapsed: "経過時間：",
    elapsed_format: "{m} 分 {s} 秒",
    estimate,
    looks_again: "操作は不要です。この画面は自動で更新されます。",
    notify: "利用できるようになったら通知する",
    notify_set: "このタブを開いたままにしておくと、通知が届きます。",
    notify_denied: "このブラウザーでは、このサイトからの通知が許可されていません。ブラウザーの設定で許可できます。",

    ask: "VPN を利用する",
    ask_back: "もう一度利用する",
    try_again: "もう一度試す",
    failure,
    tell_administrator: "もう一度試しても失敗する場合は、次の内容を管理者にお知らせください。",
    code: "AWS のエラーコード",
    time: "時刻",
    trace_id: "トレース ID",

    facts: "現在の状況",
    stays: "利用できる時間：",
    until: |at| format!("{at} まで"),
    while_in_use: "使用中は継続",
    connections: "接続",
    connections_now: |n| match n {
        0 => "なし".to_owned(),
        n => format!("{n} 件"),
    },
    holders: "利用を申し込んでいる人",
    you: "あなた",
    warnings: "ご注意",
    warning,

    connect: "接続する",
    connect_text: "AWS VPN Client を開き、このプロファイルを選んで接続してください。",
    profile: "プロファイルをダウンロード",
    profile_text: "ダウンロードは、パソコンごとに一度だけで済みます。",
    how_to: "はじめての方へ：AWS VPN Client の設定方法",
    how_to_get: "AWS VPN Client を AWS のサイトから入手する",
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

    extend: "利用時間を延長する",
    extend_text: "選んだ時刻までは、接続していない間も VPN は停止しません。新しく選ぶと、前の指定は置き換わります。",
    extend_by: |minutes| match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} 分"),
        (hours, 0) => format!("{hours} 時間"),
        (hours, minutes) => format!("{hours} 時間 {minutes} 分"),
    },
    extend_until: "本日の時刻を指定",
    extend_button: "延長する",
    extend_limit: |minutes, at| {
        let span = (JA.extend_by)(minutes);
        format!("最大 {span}先（{at}）まで延長できます。")
    },

    done: "利用を終える",
    done_button: "利用を終了する",
    done_others: |names| {
        format!("ほかに {names} が利用を申し込んでいます。その方のために VPN は継続します。")
    },
    done_connected: |n| {
        format!("現在 {n} 件の接続があります。すべて切断されるまで VPN は継続します。")
    },
    done_nobody: "ほかに利用を申し込んでいる人はいません。利用を終了すると、まもなく停止します。",
    list_separator: "、",

    choose: "利用する VPN を選んでください",
    choose_text: "画面を開くだけでは、VPN は起動しません。",
    see: "状況を見る",

    error,
    back: "戻る",

    orders: orders_ja::ORDERS,
    bookings: &bookings_ja::BOOKINGS,

    help_sections: help_ja::sections,
};

fn headline(situation: Situation) -> &'static str {
    match situation {
        Situation::Off => "停止中です",
        Situation::Held => "管理者が停止しています",
        Situation::Starting => "準備中です",
        Situation::Ready => "接続できます",
        Situation::Connected => "接続されています",
        Situation::Stopping | Situation::StoppingHeld => "停止処理中です",
        Situation::ComesBack => "自動で再開します",
        Situation::Failed => "起動できませんでした",
    }
}

fn explain(reason: &Reason, about: &About<'_>) -> String {
    let when = &about.when;
    match reason {
        Reason::NotWanted => "利用する人がいないため、VPN は停止しています。利用する場合はお申し込みください。通常は 4〜10 分で利用できます。"
                .to_owned(),
        Reason::Held(hold) => held(*hold, when),
        Reason::GaveUp(_) | Reason::AssociationFailed(_) => {
            "AWS 側で VPN を起動できませんでした。次のお申し込みがあるまで、再試行は行いません。".to_owned()
        }
        Reason::Asked => "お申し込みを受け付けました。AWS に依頼しています。".to_owned(),
        Reason::NotSeen => {
            "お申し込みを受け付けました。AWS 側の進み具合は、現在確認できません。".to_owned()
        }
        Reason::Retrying { failure, at } => format!(
            "起動に失敗しました{}。{} に自動で再試行します。",
            failure.as_ref().map_or(String::new(), |failure| format!("（{}）", failure.code)),
            when.at(*at)
        ),
        Reason::Associating => "AWS が VPN を準備しています。".to_owned(),
        Reason::Restoring { .. } => {
            "VPN の準備ができました。通信経路を復元しています。".to_owned()
        }
        Reason::UnknownStatus => {
            "AWS から想定外の状態が報告されています。確認できるまで、何も変更しません。".to_owned()
        }
        Reason::InUse { .. } => format!("使用中は停止しません。{}", after_the_last(about)),
        Reason::Kept { rule, .. } | Reason::Due { rule } => keeps(*rule, about),
        Reason::Pinned => "管理者の設定により、VPN は停止しません。".to_owned(),
        Reason::NotKnown => "現在の接続状況を確認できません。確認できるまで、VPN は停止しません。".to_owned(),
        Reason::Stopping(Outlook::ComesBack) => format!(
            "停止処理中にお申し込みがありました。停止後、自動で再開します{}。",
            back(about)
        ),
        Reason::Stopping(Outlook::OnRequest) => {
            "利用する人がいなくなったため、停止処理を行っています。利用する場合は、いまお申し込みいただけます。停止後、\
             自動で再開します。"
                .to_owned()
        }
        Reason::Stopping(Outlook::Held(hold)) => {
            format!("停止処理を行っています。{}", held(*hold, when))
        }
        Reason::TakenDown { hold, .. } => {
            let end = hold
                .until
                .map_or_else(|| "指示が解除される".to_owned(), |until| when.at(until));
            format!("管理者の指示により、停止処理を行っています。{end} まで起動しません。{}", kept(*hold))
        }
        Reason::RemovingFailed(Outlook::ComesBack) => {
            "起動に失敗したため、後処理を行っています。終わり次第、自動で再試行します。".to_owned()
        }
        Reason::RemovingFailed(Outlook::OnRequest | Outlook::Held(_)) => {
            "起動に失敗したため、後処理を行っています。".to_owned()
        }
    }
}

/// An administrator keeps it off.
fn held(hold: Hold, when: &When) -> String {
    let until = hold
        .until
        .map_or(String::new(), |until| format!("{} まで", when.at(until)));
    format!("管理者の設定により、{until}停止しています。{}", kept(hold))
}

/// What becomes of a request meanwhile.
fn kept(hold: Hold) -> &'static str {
    if hold.asked {
        "お申し込みは 2 時間有効です。その間に指示が終わると、自動で起動します。"
    } else {
        ""
    }
}

fn after_the_last(about: &About<'_>) -> String {
    let day = about.idle_minutes();
    let night = about
        .overnight()
        .map_or(String::new(), |[from, to, minutes]| {
            format!("（{from}〜{to} は {minutes} 分後）")
        });
    format!("最後の接続が切れてから {day} 分後{night}に停止します。")
}

fn back(about: &About<'_>) -> String {
    about.back.map_or(String::new(), |[from, to]| {
        format!(
            "（{}〜{} ごろの見込み）",
            about.when.clock(from),
            about.when.at(to)
        )
    })
}

fn keeps(rule: KeepRule, about: &About<'_>) -> String {
    let why = match rule {
        KeepRule::Lease if about.holds_longest => {
            "あなたがこの時刻までの利用を申し込んでいます。".to_owned()
        }
        KeepRule::Lease => "ほかの人がこの時刻までの利用を申し込んでいます。".to_owned(),
        KeepRule::FirstConnection => "まだ誰も接続していません。".to_owned(),
        KeepRule::ReadyLately => "利用できるようになったばかりです。".to_owned(),
        KeepRule::Idle {
            since,
            timeout,
            overnight,
        } => {
            let night = if overnight { "夜間は" } else { "" };
            format!(
                "最後の使用は {} です。{night}使用されないまま {} 分たつと停止します。",
                about.when.at(since),
                timeout.num_minutes()
            )
        }
        KeepRule::Wanted => "お申し込みを受け付けたところです。".to_owned(),
        KeepRule::Booked => "予約が入っています。".to_owned(),
        KeepRule::Released => "申し込んだ全員が利用を終えています。".to_owned(),
        KeepRule::Nothing => "利用する人がいません。".to_owned(),
    };
    if matches!(rule, KeepRule::Released | KeepRule::Nothing) {
        return format!(
            "{why}まもなく停止します。引き続き利用する場合は、接続するか、延長してください。"
        );
    }
    why
}

fn estimate(estimate: Estimate, when: &When) -> String {
    match estimate {
        Estimate::Unknown => "通常は 4〜10 分です。20 分を超えることもあります。".to_owned(),
        Estimate::Few { shortest, longest } if shortest == longest => {
            format!("前回は {longest} 分かかりました。")
        }
        Estimate::Few { shortest, longest } => {
            format!("最近の実績は {shortest}〜{longest} 分です。")
        }
        Estimate::Usual { median, within, at } => format!(
            "通常は {median} 分ほどで、{} ごろに利用できる見込みです。ほとんどの場合 {within} 分以内に完了します。",
            when.at(at)
        ),
        Estimate::Longer { median, within, by } => format!(
            "通常（{median} 分）より少し時間がかかっています。ほとんどの場合 {within} 分以内（{} まで）に完了します。",
            when.at(by)
        ),
        Estimate::Record { longest } => format!(
            "これまでで最も長い {longest} 分を超えています。AWS では 20 分以上かかることがあります。お申し込みは有効です。\
             30 分を過ぎた場合は、管理者にお知らせください。"
        ),
    }
}

fn failure(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Permission => {
            "このシステムに必要な AWS の権限がありません。管理者による対応が必要です。"
        }
        FailureKind::Configuration => {
            "この VPN の設定が AWS に受け付けられませんでした。管理者による対応が必要です。"
        }
        FailureKind::Limit => {
            "AWS アカウントの上限に達しています。管理者による引き上げが必要です。"
        }
        FailureKind::Aws => {
            "AWS 側の処理が失敗しました。少し時間をおくと、成功することがあります。"
        }
    }
}

fn warning(warning: &Warning) -> String {
    match warning {
        Warning::FewerSubnets {
            associated,
            configured,
        } => format!(
            "{configured} 個のサブネットのうち {associated} 個だけが関連付けられています。VPN は利用できますが、予備が少ない状態です。"
        ),
        Warning::NotRestored(what) => {
            let routes: Vec<&str> = what.iter().filter_map(Restorable::cidr).collect();
            if routes.is_empty() {
                "セキュリティグループがまだ復元されていません。".to_owned()
            } else {
                format!("まだ通信できない宛先があります：{}", routes.join("、"))
            }
        }
        Warning::UnreadableMode(_) => {
            "管理者の設定を読み取れないため、修正されるまで停止しません。".to_owned()
        }
    }
}

fn error(trouble: &Trouble<'_>, when: &When) -> Told {
    let (title, detail) = match trouble {
        Trouble::SignIn => (
            "サインインしていません",
            "もう一度サインインしてください。".to_owned(),
        ),
        Trouble::NotPermitted => (
            "利用が許可されていません",
            "サインインは完了していますが、このアカウントでは VPN を利用できません。管理者に利用の許可を依頼してください。".to_owned(),
        ),
        Trouble::Keys => (
            "現在利用できません",
            "サインインの状態を確認できなかったため、何も行われていません。しばらくしてから、もう一度お試しください。".to_owned(),
        ),
        Trouble::NotFound => (
            "見つかりません",
            "このアドレスにページはありません。リンクをご確認ください。".to_owned(),
        ),
        Trouble::Method => (
            "操作できません",
            "このアドレスでは、その操作を受け付けていません。VPN の画面を開いて、もう一度操作してください。".to_owned(),
        ),
        Trouble::CrossSite => (
            "操作を受け付けませんでした",
            "別のサイトから送られた操作のため、実行しませんでした。VPN の画面を開いて、もう一度操作してください。".to_owned(),
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
            "お申し込みを記録できなかったため、何も行われていません。もう一度お試しください。".to_owned(),
        ),
        Trouble::NotRead => (
            "現在利用できません",
            "VPN の状況を確認できませんでした。しばらくしてから、もう一度お試しください。".to_owned(),
        ),
        Trouble::Refused => (
            "AWS に拒否されました",
            "必要な処理を AWS が受け付けませんでした。再試行しても解決しません。この画面の内容を管理者にお知らせください。".to_owned(),
        ),
        Trouble::Booking(trouble) => return bookings_ja::error(trouble),
        Trouble::Order(trouble) => return orders_ja::error(trouble, &JA, when),
    };
    Told { title, detail }
}
