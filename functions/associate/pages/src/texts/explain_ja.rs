//! VPN の状況とその理由（日本語）。

use shared::model::Restorable;
use shared::policy::{Hold, KeepRule, Outlook, Reason, Warning};

use super::About;
use crate::When;
use crate::status::{Estimate, FailureKind, Situation};

pub(super) fn headline(situation: Situation) -> &'static str {
    match situation {
        Situation::Off => "停止中です",
        Situation::Held => "管理者が停止しています",
        Situation::Starting => "準備中です",
        Situation::Ready => "接続できます",
        Situation::Connected => "接続中です",
        Situation::Stopping | Situation::StoppingHeld => "停止処理中です",
        Situation::ComesBack => "自動で再開します",
        Situation::Failed => "起動できませんでした",
    }
}

pub(super) fn explain(reason: &Reason, about: &About<'_>) -> String {
    let when = &about.when;
    match reason {
        Reason::NotWanted => "利用する人がいないため、VPN は停止しています。起動には通常 4〜10 分かかります。"
                .to_owned(),
        Reason::Held(hold) => held(*hold, when),
        Reason::GaveUp(_) | Reason::AssociationFailed(_) => {
            "AWS で VPN を起動できませんでした。次の申し込みがあるまで、再試行しません。".to_owned()
        }
        Reason::Asked => "申し込みを受け付け、AWS に起動を依頼しています。".to_owned(),
        Reason::NotSeen => {
            "申し込みを受け付けました。AWS での進み具合は、現在確認できません。".to_owned()
        }
        Reason::Retrying { failure, at } => format!(
            "起動に失敗しました{}。{} に自動で再試行します。",
            failure.as_ref().map_or(String::new(), |failure| format!("（{}）", failure.code)),
            when.at(*at)
        ),
        Reason::Associating => "AWS が VPN を起動しています。".to_owned(),
        Reason::Restoring { .. } => {
            "あと少しです。VPN が起動し、通信経路を復元しています。".to_owned()
        }
        Reason::UnknownStatus => {
            "AWS から想定外の状態が報告されています。原因がわかるまで、何も変更しません。".to_owned()
        }
        Reason::InUse { .. } => after_the_last(about),
        Reason::Kept { rule, .. } | Reason::Due { rule } => keeps(*rule, about),
        Reason::Pinned => "管理者の指示により、VPN は停止しません。".to_owned(),
        Reason::NotKnown => "現在、接続している人を確認できません。確認できるまで、VPN は停止しません。".to_owned(),
        Reason::Stopping(Outlook::ComesBack) => format!(
            "停止処理の途中で申し込みがありました。停止した後、自動で再開します{}。",
            back(about)
        ),
        Reason::Stopping(Outlook::OnRequest) => {
            "利用する人がいなくなったため、停止処理をしています。いま申し込むと、停止した後、自動で再開します。"
                .to_owned()
        }
        Reason::Stopping(Outlook::Held(hold)) => {
            format!("停止処理をしています。{}", held(*hold, when))
        }
        Reason::TakenDown { hold, .. } => {
            let end = hold
                .until
                .map_or_else(|| "指示が解除される".to_owned(), |until| when.at(until));
            format!("管理者の指示により、停止処理をしています。{end} まで起動しません。{}", kept(*hold))
        }
        Reason::RemovingFailed(Outlook::ComesBack) => {
            "起動に失敗したため、後処理をしています。終わりしだい、自動で再試行します。".to_owned()
        }
        Reason::RemovingFailed(Outlook::OnRequest | Outlook::Held(_)) => {
            "起動に失敗したため、後処理をしています。".to_owned()
        }
    }
}

/// An administrator keeps it off.
fn held(hold: Hold, when: &When) -> String {
    let until = hold
        .until
        .map_or(String::new(), |until| format!("{} まで", when.at(until)));
    format!("管理者の指示により、{until}停止しています。{}", kept(hold))
}

/// What becomes of a request meanwhile.
fn kept(hold: Hold) -> &'static str {
    if hold.asked {
        "申し込みは 2 時間有効です。その間に指示が終わると、自動で起動します。"
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
                "最後に使用されたのは {} です。{night}使用されないまま {} 分たつと停止します。",
                about.when.at(since),
                timeout.num_minutes()
            )
        }
        KeepRule::Wanted => "申し込みを受け付けたところです。".to_owned(),
        KeepRule::Booked => "まもなく予約の時刻です。".to_owned(),
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

pub(super) fn estimate(estimate: Estimate, when: &When) -> String {
    match estimate {
        Estimate::Unknown => "通常は 4〜10 分です。20 分を超えることもあります。".to_owned(),
        Estimate::Few { shortest, longest } if shortest == longest => {
            format!("前回は {longest} 分かかりました。")
        }
        Estimate::Few { shortest, longest } => {
            format!("最近の実績は {shortest}〜{longest} 分です。")
        }
        Estimate::Usual { median, within, at } => format!(
            "通常は {median} 分ほどで、{} ごろに利用できる見込みです。ほとんどの場合、{within} 分以内に終わります。",
            when.at(at)
        ),
        Estimate::Longer { median, within, by } => format!(
            "通常（{median} 分）より少し時間がかかっています。ほとんどの場合、{within} 分以内（{} まで）に終わります。",
            when.at(by)
        ),
        Estimate::Record { longest } => format!(
            "これまでで最も長い {longest} 分を超えています。AWS では 20 分以上かかることがあります。申し込みは有効です。\
             30 分を過ぎても終わらない場合は、管理者にお知らせください。"
        ),
    }
}

pub(super) fn failure(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Permission => {
            "このシステムに必要な AWS の権限がありません。管理者による対応が必要です。"
        }
        FailureKind::Configuration => {
            "AWS がこの VPN の設定を受け付けません。管理者による対応が必要です。"
        }
        FailureKind::Limit => {
            "AWS アカウントの上限に達しています。管理者による引き上げが必要です。"
        }
        FailureKind::Aws => {
            "AWS での処理が失敗しました。少し時間をおくと、成功することがあります。"
        }
    }
}

pub(super) fn warning(warning: &Warning) -> String {
    match warning {
        Warning::FewerSubnets {
            associated,
            configured,
        } => format!(
            "{configured} 個のサブネットのうち {associated} 個だけが関連付けられています。VPN は利用できますが、障害への備えが少ない状態です。"
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
            "管理者の指示を読み取れないため、修正されるまで停止しません。".to_owned()
        }
    }
}
