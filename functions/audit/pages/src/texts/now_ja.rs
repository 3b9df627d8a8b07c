//! 現在の状況（日本語）。

use page::When;
use shared::model::Restorable;
use shared::policy::{Hold, KeepRule, Outlook, Phase, Reason, Warning};
use shared::reconcile::ModeView;

use super::now_texts::NowTexts;

pub(super) static JA: NowTexts = NowTexts {
    as_of: |at| {
        format!(
            "{at} 時点で、システムが最後に確認した内容です。この画面は AWS に問い合わせません。"
        )
    },
    no_endpoint: "管理対象の VPN はありません。",
    phase: |phase| match phase {
        Phase::Off => "停止中",
        Phase::Starting => "準備中",
        Phase::Ready => "稼働中",
        Phase::Stopping => "停止処理中",
        Phase::Failed => "起動失敗",
    },
    why,
    until: |at| format!("{at} まで"),
    warning,
    sweep_late: |endpoint, at, minutes| {
        format!(
            "{endpoint} の最後の巡回は {at}（{minutes} 分前）です。巡回は通常 1 分ごとに行われます。巡回が止まっている間、VPN は停止されません。関数 reaper のアラームとログを確認してください。"
        )
    },
    never_swept: |endpoint| {
        format!(
            "{endpoint} の巡回はまだ記録されていません。管理対象にしてから数分以上たっている場合は、関数 reaper のアラームとログを確認してください。"
        )
    },

    today: "本日",
    today_hours: |hours| format!("サブネットの稼働時間は、これまでに {hours} 時間"),
    same_in_words: "時刻で見る",

    holders: "利用の申し込み",
    no_holder: "有効な申し込みはありません。",
    order: "管理者の指示",
    no_order: "なし",
    ordered,
    order_by: "指示した人：",
    order_reason: "理由：",
    last_decision: "最後の判断",
    last_sweep: "最後の巡回",
    not_known: "不明",
    ago: |seconds| match seconds {
        ..120 => format!("{} 秒前", seconds.max(0)),
        120..7200 => format!("{} 分前", seconds / 60),
        _ => format!("{} 時間前", seconds / 3600),
    },

    connections: "接続",
    connections_not_read: "接続の状況を確認できませんでした。",
    no_connection: "接続している人はいません。",
    more_holders: |n| format!("ほか {n} 人"),
    more_connections: |n| format!("ほかに {n} 件の接続があります。"),
    user: "ユーザー",
    since: "開始",
    rate: "通信量（KiB/時）",
    counts: "扱い",
    in_use: "使用中",
    silent: "無通信",
    below_limit: "使用中（現在は基準未満）",
    limit: |limit, stale_after| match stale_after {
        Some(time) => format!(
            "{} 分間の通信量が 1 時間あたり {limit} KiB（SILENT_BELOW_KIB_PER_HOUR）に満たない接続は、無通信とみなされ、VPN を稼働させておく理由になりません。",
            time.num_minutes()
        ),
        None => format!(
            "この時間帯は、無通信の判定を行いません。基準は 1 時間あたり {limit} KiB（SILENT_BELOW_KIB_PER_HOUR）です。"
        ),
    },
    counters_read: |at| format!("{at} に、直前の 1 分間について計測した値です。"),

    orders_link: "指示を出す",
    log_link: "この VPN の記録",

    findings: "確認が必要なこと",
    no_finding: "この数日間に、確認が必要なことはありません。",
    all_findings: "すべて見る",
    records: "最近の記録",
    no_record: "記録はまだありません。",
    all_records: "記録をすべて見る",

    policy: "適用中の設定",
    policy_since: |at| format!("{at} の巡回で確認された設定です。"),
    no_policy: "設定はまだ記録されていません。",
    setting: "設定",
    value: "値",
    none: "なし",
    meaning,
};

fn why(reason: &Reason, when: &When) -> String {
    match reason {
        Reason::NotWanted => "利用を申し込んでいる人はいません。".to_owned(),
        Reason::Held(hold) => format!(
            "管理者の指示により、{}停止しています。{}",
            end(*hold, when),
            kept(*hold)
        ),
        Reason::TakenDown { hold, .. } => {
            format!(
                "管理者の指示により、{}停止します。{}",
                end(*hold, when),
                kept(*hold)
            )
        }
        Reason::GaveUp(failure) => match failure {
            Some(failure) => format!(
                "3 回試しても起動できませんでした（{}）。次の申し込みまで、再試行は行いません。",
                failure.code
            ),
            None => "3 回試しても起動できませんでした。次の申し込みまで、再試行は行いません。"
                .to_owned(),
        },
        Reason::Asked => "申し込みがありました。AWS の状態にはまだ現れていません。".to_owned(),
        Reason::NotSeen => "申し込みがありましたが、AWS の状態を確認できません。".to_owned(),
        Reason::Retrying { failure, at } => match failure {
            Some(failure) => format!(
                "起動に失敗しました（{}）。{} に再試行します。",
                failure.code,
                when.at(*at)
            ),
            None => format!("起動に失敗しました。{} に再試行します。", when.at(*at)),
        },
        Reason::Associating => "AWS が関連付けを行っています。".to_owned(),
        Reason::Restoring {
            outstanding: Some(n),
        } => {
            format!(
                "関連付けは完了しています。ルートとセキュリティグループのうち、{n} 件がまだ有効になっていません。"
            )
        }
        Reason::Restoring { outstanding: None } => {
            "関連付けは完了しています。ルートを確認しています。".to_owned()
        }
        Reason::UnknownStatus => {
            "AWS から想定外の状態が報告されています。確認できるまで、何も変更しません。".to_owned()
        }
        Reason::InUse { connections } => format!("{connections} 件の接続が使用中です。"),
        Reason::Kept { rule, until } => format!(
            "{}このため、{} まで稼働します。",
            rule_in_words(*rule, when),
            when.at(*until)
        ),
        Reason::Pinned => "管理者の指示により、停止しません。".to_owned(),
        Reason::Due { rule } => format!(
            "{}稼働を続ける理由がないため、次の巡回で停止します。",
            rule_in_words(*rule, when)
        ),
        Reason::NotKnown => "接続の状況を確認できないため、停止しません。".to_owned(),
        Reason::Stopping(outlook) => format!(
            "停止処理を行っています。{}",
            outlook_in_words(*outlook, when)
        ),
        Reason::RemovingFailed(outlook) => format!(
            "失敗した関連付けを取り除いています。{}",
            outlook_in_words(*outlook, when)
        ),
        Reason::AssociationFailed(failure) => match failure {
            Some(failure) => format!(
                "関連付けに失敗しました（{}）。待っている人はいません。",
                failure.code
            ),
            None => "関連付けに失敗しました。待っている人はいません。".to_owned(),
        },
    }
}

fn rule_in_words(rule: KeepRule, when: &When) -> String {
    match rule {
        KeepRule::Lease => "利用の申し込みが有効です。".to_owned(),
        KeepRule::FirstConnection => "利用できますが、まだ誰も接続していません。".to_owned(),
        KeepRule::ReadyLately => "利用できるようになったばかりです。".to_owned(),
        KeepRule::Idle {
            since,
            timeout,
            overnight,
        } => {
            let which = if overnight { "夜間" } else { "日中" };
            format!(
                "{} から使われていません（{which}の基準は {} 分）。",
                when.at(since),
                timeout.num_minutes()
            )
        }
        KeepRule::Wanted => "申し込みを受け付けたところです。".to_owned(),
        KeepRule::Booked => "予約が入っています。".to_owned(),
        KeepRule::Released => "申し込んだ全員が利用を終えています。".to_owned(),
        KeepRule::Nothing => "利用する人がいません。".to_owned(),
    }
}

fn outlook_in_words(outlook: Outlook, when: &When) -> String {
    match outlook {
        Outlook::ComesBack => "その間に申し込みがあったため、自動で再開します。".to_owned(),
        Outlook::OnRequest => "申し込みがあれば再開します。".to_owned(),
        Outlook::Held(hold) => format!(
            "管理者の指示により、{}起動しません。{}",
            end(hold, when),
            kept(hold)
        ),
    }
}

fn end(hold: Hold, when: &When) -> String {
    hold.until
        .map_or(String::new(), |until| format!("{} まで", when.at(until)))
}

fn kept(hold: Hold) -> &'static str {
    if hold.asked {
        "申し込みは 2 時間有効です。"
    } else {
        ""
    }
}

fn warning(warning: &Warning) -> String {
    match warning {
        Warning::FewerSubnets {
            associated,
            configured,
        } => {
            format!("{configured} 個のサブネットのうち {associated} 個だけが関連付けられています。")
        }
        Warning::NotRestored(what) => {
            let what: Vec<String> = what.iter().map(Restorable::to_string).collect();
            format!("まだ復元されていません：{}", what.join("、"))
        }
        Warning::UnreadableMode(text) => {
            format!("テーブルの mode を読み取れません（{text}）。修正されるまで、停止しません。")
        }
    }
}

fn ordered(mode: &ModeView, until: Option<&str>) -> String {
    let end = until.map_or_else(
        || "解除されるまで".to_owned(),
        |until| format!("{until} まで"),
    );
    match mode.mode.as_str() {
        "on" => format!("{end}停止しない"),
        "hold" => format!("{end}起動しない"),
        "off" => format!("停止し、{end}起動しない"),
        other => format!("「{other}」は読み取れません。修正されるまで、停止しません"),
    }
}

fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "MANAGED_ENDPOINTS" => "管理対象の VPN とサブネット",
        "AUDIT_RETENTION_DAYS" => "記録の保存日数（0：無期限）",
        "CONNECTION_RETENTION_DAYS" => "接続の記録の保存日数（0：無期限）",
        "TIME_ZONE" => "夜間の判定と画面の時刻に使うタイムゾーン",
        "IDLE_TIMEOUT_MINUTES" => "使われなくなってから停止するまでの分数",
        "FIRST_CONNECTION_GRACE_MINUTES" => "利用可能になってから最初の接続を待つ分数",
        "OVERNIGHT_WINDOW" => "夜間の時間帯",
        "OVERNIGHT_IDLE_TIMEOUT_MINUTES" => "夜間に、使われなくなってから停止するまでの分数",
        "STALE_CONNECTION_MINUTES" => {
            "無通信の接続を使用中とみなさなくなるまでの分数（0：常に使用中）"
        }
        "OVERNIGHT_STALE_CONNECTION_MINUTES" => "夜間の同じ分数（0：常に使用中）",
        "MAX_EXTENSION_HOURS" => "延長できる最大の時間数",
        "SILENT_BELOW_KIB_PER_HOUR" => "無通信とみなす通信量の上限（1 時間あたりの KiB）",
        "HOLIDAYS" => "予約を実行しない日",
        "BOOKING_LIFETIME_DAYS" => "更新されない予約が失効するまでの日数",
        "ROUTES" => "起動のたびに作成するルートの宛先",
        "ASSOCIATION_HOUR_PRICE_USD" => "関連付け 1 時間あたりの料金（米ドル）",
        "ALLOWED_EMAIL_DOMAINS" => "利用を許可するメールのドメイン",
        "ADMIN_EMAILS" => "管理者",
        "AUDITOR_EMAILS" => "監査担当者",
        "DRY_RUN" => "試行運転（AWS を変更しない）",
        _ => return None,
    })
}
