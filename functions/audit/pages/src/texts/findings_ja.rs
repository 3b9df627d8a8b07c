//! 管理者が確認すべきこと。

use shared::history::Kind;

use super::FindingTexts;

pub(super) const FINDINGS: FindingTexts = FindingTexts {
    intro: "記録の中から見つかった、管理者による確認が必要な事柄と、その対処方法です。",
    range: "期間",
    title,
    advice,
    what_to_do: "対処：",
    mistake: "報告してください",
    record: "この記録",
    stay: "起動から停止までの経過",
    left_out: |count| {
        format!(
            "ほかにも {count} 件ありますが、ここには表示していません。期間を短くすると表示できます。"
        )
    },
    nothing: "確認が必要なことはありません",
    nothing_note: "読み取った記録に、食い違いはありません。",
    back_to: |time| format!("{time} までの記録を調べました。"),
};

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::RecordedTwice => "同じことが二度記録されています",
        Kind::NoOutcome => "結果が記録されていません",
        Kind::StopUnexplained => "理由のない停止",
        Kind::CostWrong => "費用が時間と合いません",
        Kind::Unclosed => "締めくくりの記録がありません",
        Kind::ClosingWrong => "締めくくりの記録が経過と合いません",
        Kind::BookingWrong => "実行されるはずのない予約",
        Kind::StartUnexplained => "申し込みのない起動",
        Kind::NeverReady => "利用可能になりませんでした",
        Kind::Unanswered => "応じられなかった申し込み",
        Kind::AssociatedByOthers => "外部から関連付けられました",
        Kind::RemovedByOthers => "外部から関連付けが解除されました",
        Kind::RoutesChangedByOthers => "経路が手作業で変更されました",
        Kind::Unused => "利用可能になりましたが、誰も接続していません",
        Kind::BookingMissed => "予約に間に合いませんでした",
        Kind::TimeAndIdDisagree => "記録の時刻と ID が合いません",
        Kind::UpLong => "1 日を超えて起動しています",
        Kind::Denied => "同じ人のアクセスが繰り返し拒否されています",
        Kind::SweepGap => "定期処理が行われていません",
        Kind::Unreadable => "読み取れない記録",
    }
}

fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::RecordedTwice => {
            "このシステムは一度だけ記録します。ほかのプログラムが監査テーブルに書き込んでいないか確認し、不具合として報告してください。"
        }
        Kind::NoOutcome => {
            "AWS のコンソールでエンドポイントを開き、残っているはずのない関連付けがないか確認したうえで、不具合として報告してください。"
        }
        Kind::StopUnexplained => {
            "CloudTrail で `DisassociateClientVpnTargetNetwork` を呼び出した人を確認し、不具合として報告してください。"
        }
        Kind::CostWrong => {
            "この金額は使わないでください。時間を請求書（`…-ClientVPN-EndpointHours`）と照らし合わせ、不具合として報告してください。"
        }
        Kind::Unclosed => {
            "「利用と費用」には含まれません。個々の記録で確認し、不具合として報告してください。"
        }
        Kind::ClosingWrong => {
            "この記録の数値は使わないでください。個々の記録で確認し、不具合として報告してください。"
        }
        Kind::BookingWrong => {
            "同じ日に二度、または終了した後に申し込まれました。ほかのプログラムがリーステーブルに書き込んでいないか確認し、不具合として報告してください。"
        }
        Kind::StartUnexplained => {
            "誰が関連付けたかを CloudTrail で確認してください。このシステムによるものであれば、不具合として報告してください。"
        }
        Kind::NeverReady => {
            "経過の記録から理由を確認してください。EC2 の拒否、経路の未復元、管理者の指示などが考えられます。費用は発生しています。"
        }
        Kind::Unanswered => {
            "その時刻のアラームと `reaper` のログを確認し、申し込んだ人に知らせてください。"
        }
        Kind::AssociatedByOthers => {
            "`AssociateClientVpnTargetNetwork` を呼び出した人は CloudTrail で分かります。現在はこのシステムが管理しており、使われなくなると停止します。"
        }
        Kind::RemovedByOthers => {
            "`DisassociateClientVpnTargetNetwork` を呼び出した人は CloudTrail で分かります。停止するときは、代わりに `off` の指示を使ってください。理由とともに記録されます。"
        }
        Kind::RoutesChangedByOthers => {
            "意図した変更であれば、対処は不要です。次回からの起動でも復元されます。意図しない変更であれば、利用可能な間に元へ戻してください。"
        }
        Kind::Unused => {
            "申し込んだ人に確認してください。誤って押した、内容を読まずにリンクを開いた、予約が不要になった、クライアントが接続できない、などが考えられます。"
        }
        Kind::BookingMissed => {
            "予約した人に知らせてください。予約は定期処理が実行します。アラーム `…-no-sweep` と、その時刻の `reaper` のログを確認してください。"
        }
        Kind::TimeAndIdDisagree => {
            "このシステムの関数は、このような記録を書きません。手作業で書き込まれたものです。書き込んだ人は、CloudTrail のデータイベントと、テーブルへの書き込みのアラームで分かります。"
        }
        Kind::UpLong => {
            "誰が接続しているか確認してください。つないだままのパソコンであれば `STALE_CONNECTION_MINUTES` の設定を、`on` の指示であればまだ必要かどうかを検討してください。"
        }
        Kind::Denied => {
            "本人に用件を確認してください。心当たりがない場合は、サインイン情報を他人が使っています。セッションを終了させてください。"
        }
        Kind::SweepGap => {
            "定期処理がなければ、何も停止しません。スケジュール、`reaper` のログ、アラームを確認してください。"
        }
        Kind::Unreadable => {
            "新しいバージョン、または外部から書き込まれたものです。そのままの内容を確認してください。書き込んだ人は、CloudTrail のデータイベントで分かります。"
        }
    }
}
