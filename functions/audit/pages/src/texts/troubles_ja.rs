//! エラー。

use super::{ErrorTexts, Told};
use crate::error_page::Trouble;

pub(super) const ERRORS: ErrorTexts = ErrorTexts {
    told,
    to_log: "記録へ",
    parameter: "アドレスの該当箇所",
    detail: "問題",
    trace_id: "トレース ID",
};

fn told(trouble: Trouble<'_>, viewer: &str) -> Told {
    match trouble {
        Trouble::SignIn => Told::new(
            "サインインしていません",
            &["もう一度サインインしてください。"],
        ),
        Trouble::NotPermitted => Told::new(
            "管理者と監査担当者専用の画面です",
            &[
                &format!(
                    "{viewer} でサインインしています。このアカウントは管理者でも監査担当者でもないため、表示できる内容はありません。"
                ),
                "この画面を開こうとしたことは記録されます。",
                "業務で必要な場合は、VPN の管理者に許可を依頼してください。VPN の利用だけであれば、許可は不要です。",
            ],
        ),
        Trouble::Keys => Told::new(
            "現在利用できません",
            &["サインインの状態を確認できませんでした。しばらくしてから、もう一度お試しください。"],
        ),
        Trouble::NotFound => Told::new(
            "見つかりません",
            &["このアドレスに画面や記録はありません。記録は、保存期限を過ぎると削除されます。"],
        ),
        Trouble::Method => Told::new(
            "操作できません",
            &["記録を見るための画面です。ここから変更することはできません。"],
        ),
        Trouble::CrossSite => Told::new(
            "ダウンロードを中止しました",
            &[
                "別のサイトの画面から求められたため、送信しませんでした。「記録」の画面からダウンロードしてください。",
            ],
        ),
        Trouble::Malformed { .. } => Told::new(
            "アドレスを読み取れません",
            &["アドレスの一部に誤りがあるため、何も読み取っていません。"],
        ),
        Trouble::IndexNotReady => Told::new(
            "まだ利用できません",
            &[
                "監査テーブルの索引を作成しています。更新の後に行われ、数分かかります。大きなテーブルでは、さらに時間がかかります。",
                "索引を使わない画面は利用できます。しばらくしてから、もう一度お試しください。",
            ],
        ),
        Trouble::NotRead => Told::new(
            "現在利用できません",
            &["記録を読み取れませんでした。しばらくしてから、もう一度お試しください。"],
        ),
        Trouble::NotRecorded => Told::new(
            "現在利用できません",
            &[
                "この操作は、先に記録する必要があります。記録できなかったため、中止しました。しばらくしてから、もう一度お試しください。",
            ],
        ),
    }
}
