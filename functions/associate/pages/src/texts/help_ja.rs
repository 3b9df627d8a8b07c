//! ヘルプの日本語。

use chrono::TimeDelta;
use shared::policy::MAX_BOOKINGS;

use super::{Block, HelpFacts, Section, overnight};

pub(super) fn sections(facts: &HelpFacts<'_>) -> Vec<Section> {
    vec![
        first_time(),
        every_day(facts),
        bookings(facts),
        how_long(facts),
        orders(),
        recorded(facts),
        trouble(),
    ]
}

fn first_time() -> Section {
    let steps = [
        "管理者から案内された VPN のアドレスをブラウザーで開きます。ブックマークしておくと便利です。",
        "会社のアカウントでサインインします。パソコンへのサインインと同じアドレスとパスワードです。",
        "最初のサインインでは、MFA デバイスの登録を求められます。「認証アプリ」を選びます。",
        "スマートフォンの認証アプリ（Google Authenticator、Microsoft Authenticator など）で QR コードを読み取ります。",
        "アプリに表示される 6 桁の数字を入力します。次回からは、サインインのたびに 6 桁の数字を入力します。",
        "VPN の画面に戻ると、準備が始まっています。待っている間に、画面の案内に沿ってプロファイルをダウンロードし、AWS VPN Client を\
         設定します。",
        "「接続できます」と表示されたら、AWS VPN Client で「接続」を押します。",
    ];
    Section {
        id: "first-time",
        heading: "はじめて利用する方へ",
        blocks: vec![Block::steps(&steps)],
    }
}

fn every_day(facts: &HelpFacts<'_>) -> Section {
    let hours = facts.rules.max_extension.num_hours();
    Section {
        id: "every-day",
        heading: "毎日の使い方",
        blocks: vec![
            Block::steps(&[
                "VPN のアドレスを開いてサインインします。これだけで VPN の利用が申し込まれます。",
                "「接続できます」と表示されるまで待ちます。通常は 4〜10 分です。ほかの人がすでに利用していれば、すぐに接続できます。",
                "AWS VPN Client で接続します。",
                "使い終わったら切断し、「利用を終了」を押します。",
            ]),
            Block::Text(format!(
                "昼休みをはさむなど、長く利用したいときは、VPN の画面の「利用時間の延長」で最大 {hours} 時間先まで延長できます。画面を\
                 開いていると停止の 10 分前にお知らせが表示され、ボタン一つで延長できます。"
            )),
        ],
    }
}

fn bookings(facts: &HelpFacts<'_>) -> Section {
    let rules = facts.rules;
    let grace = rules.first_connection_grace.num_minutes();
    let hours = rules.max_extension.num_hours();
    let lifetime = rules.booking_lifetime.num_days();
    Section {
        id: "bookings",
        heading: "予約して待たずに使う",
        blocks: vec![
            Block::Items(vec![
                format!(
                    "VPN の画面の「予約」で、曜日または日付と時刻を指定すると、その時刻までに使えるように VPN が起動します。準備ができて\
                     から {grace} 分間は最初の接続を待ちます。継続する時刻を指定した場合は、その時刻まで停止しません（最大 {hours} 時間）。"
                ),
                format!(
                    "予約は VPN ごとに {MAX_BOOKINGS} 件までです。内容は変更できないため、取り消してから予約し直してください。"
                ),
                "管理者が設定した休日には、曜日の予約は実行されません。日付の予約は休日でも実行されます。".to_owned(),
                format!(
                    "管理者の指示で停止している間は、予約があっても起動しません。予約の時刻から {} 分たっても指示が終わらない場合、その日の予約は\
                     実行されません。",
                    grace.min(120)
                ),
                format!(
                    "VPN の画面を開くことも接続することもないまま {lifetime} 日たつと、予約は自動で終了します。その 2 週間前から画面でお知らせ\
                     します。"
                ),
            ]),
            Block::Text(
                "いつも同じころに利用している場合は、画面で予約を提案します。そのためだけに、その日に最初に申し込んだ時刻を 28 日分覚えて\
                 おきます。最後の申し込みから 60 日たつと、すべて削除されます。「いいえ」を選ぶと、それまでその VPN では提案しません。"
                    .to_owned(),
            ),
        ],
    }
}

fn how_long(facts: &HelpFacts<'_>) -> Section {
    let idle = facts.rules.idle_timeout.num_minutes();
    let grace = facts.rules.first_connection_grace.num_minutes();
    let mut items = vec![
        "起動している時間に応じて AWS の料金がかかるため、必要な間だけ起動します。".to_owned(),
        "使用中の接続がある間は、管理者の指示がない限り停止しません。".to_owned(),
        format!("準備ができてから {grace} 分間は、最初の接続を待ちます。"),
        format!("最後の接続が切れてから {idle} 分後に停止します。"),
    ];
    if let Some([from, to, minutes]) = overnight(facts.rules) {
        items.push(format!(
            "{from}〜{to}（{}）は、{minutes} 分後に停止します。",
            facts.rules.time_zone.name()
        ));
    }
    items.push(stale(facts));
    items.push("画面を開いているだけでは、使用中とみなしません。".to_owned());
    Section {
        id: "how-long",
        heading: "利用できる時間",
        blocks: vec![Block::Items(items)],
    }
}

fn stale(facts: &HelpFacts<'_>) -> String {
    let rules = facts.rules;
    let night = rules
        .overnight_stale_connection
        .filter(|_| rules.overnight_window.is_some());
    match (rules.stale_connection, night) {
        (None, None) => "通信がなくても、接続している間は使用中とみなします。".to_owned(),
        (Some(day), None) => format!(
            "通信がほとんどない状態が {} 分続いた接続は、使用中とみなしません。",
            day.num_minutes()
        ),
        (None, Some(night)) => format!(
            "夜間は、通信がほとんどない状態が {} 分続いた接続は使用中とみなしません。つけたままのパソコンは切断されます。",
            night.num_minutes()
        ),
        (Some(day), Some(night)) => format!(
            "通信がほとんどない状態が {} 分（夜間は {} 分）続いた接続は、使用中とみなしません。",
            day.num_minutes(),
            night.num_minutes()
        ),
    }
}

fn orders() -> Section {
    Section {
        id: "orders",
        heading: "管理者の指示があるとき",
        blocks: vec![
            Block::items(&[
                "「停止しません」：指示が終わるまで VPN は停止しません。",
                "「起動しません」：指示が終わるまで VPN は起動しません。すでに起動している場合は、通常どおり利用できます。",
                "「停止しておきます」：全員の接続が切断され、指示が終わるまで VPN は起動しません。",
                "停止中でも申し込めます。申し込みは 2 時間有効です。その間に指示が終わると、自動で起動します。",
            ]),
            Block::Text(
                "指示の期限、理由、指示した人は、VPN の画面に表示されます。指示が終わると、通常の運用に戻ります。"
                    .to_owned(),
            ),
        ],
    }
}

fn recorded(facts: &HelpFacts<'_>) -> Section {
    let audit = kept(facts.retention.audit);
    let connections = kept(facts.retention.connections);
    Section {
        id: "recorded",
        heading: "記録される内容",
        blocks: vec![
            Block::Items(vec![
                format!(
                    "VPN の利用申し込み、延長、終了、プロファイルのダウンロードのたびに、メールアドレス、アカウントの ID、時刻、\
                     接続元のアドレス、ブラウザーの種類、どこから操作されたかを記録します。保存期間：{audit}。"
                ),
                format!(
                    "VPN 接続ごとに、ユーザー名または証明書名、終了時刻、接続時間、通信量を記録します。保存期間：{connections}。"
                ),
                "予約とその取り消しも、申し込みと同じ項目を記録します。自動で終了した予約と、実行できなかった予約も記録します。保存期間は申し込みの\
                 記録と同じです。"
                    .to_owned(),
                "許可のない人が利用や指示をしようとしたことも記録します。保存期間は申し込みの記録と同じです。".to_owned(),
                "管理者の指示も、同じ項目と理由を記録します。保存期間は申し込みの記録と同じです。".to_owned(),
                "申し込んだ利用期限も記録し、その時刻から約 7 日後に削除します。".to_owned(),
                "予約の内容は、終了から約 30 日後に削除します。".to_owned(),
                "予約の提案のためだけに、直近 28 日について、その日に最初に申し込んだ時刻を保存します。最後の申し込みから約 60 日後に削除します。"
                    .to_owned(),
            ]),
            Block::Text("VPN の中での通信内容は、このシステムでは記録しません。".to_owned()),
            Block::Text(
                "これらの記録を閲覧できるのは管理者です。サインインできる人は全員、誰がいつまでの利用を申し込んでいるか、現在の\
                 接続数、管理者の指示を見ることができます。誰が接続しているかは、管理者だけに表示されます。"
                    .to_owned(),
            ),
        ],
    }
}

fn trouble() -> Section {
    Section {
        id: "trouble",
        heading: "うまくいかないとき",
        blocks: vec![Block::items(&[
            "接続できない：VPN の画面を確認してください。「接続できます」と表示されているときだけ接続できます。",
            "つながらない宛先がある：いったん切断して、もう一度接続してください。接続した時点の経路だけが使われます。",
            "30 分たっても準備が終わらない、または失敗する：画面の内容とトレース ID を管理者に知らせてください。",
            "スマートフォンを紛失した：MFA デバイスのリセットを管理者に依頼してください。",
        ])],
    }
}

fn kept(period: Option<TimeDelta>) -> String {
    period.map_or_else(
        || "無期限".to_owned(),
        |period| format!("{} 日間", period.num_days()),
    )
}
