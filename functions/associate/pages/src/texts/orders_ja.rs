//! 管理者の指示（日本語）。

use super::{OrderTexts, Texts, Told};
use crate::When;
use crate::error::OrderTrouble;
use crate::status::{Ordered, order_in_words};

pub(super) const ORDERS: OrderTexts = OrderTexts {
    heading: "管理者の指示",
    words,
    none: "指示なし",
    reason: "理由",
    by: "指示した人",
    ask: "利用の申し込み",
    ask_again: "再度の申し込み",
    ask_note: "申し込んでも、すぐには起動しません。申し込みは 2 時間有効です。その間に指示が終わると、自動で起動します。",
    dry_run: "試行運転中です。使われていないときも、管理者の指示があっても、VPN は停止しません。",

    give: "管理者の操作",
    give_text: "この欄は管理者だけに表示されます。指示はあなたの名前とともに記録され、理由を含めて全員に表示されます。",
    normal: "指示を解除",
    choose: "指示の内容",
    on: "停止しない",
    on_text: "すぐに起動し、停止しません。",
    hold: "起動しない",
    hold_text: "新たに起動しません。起動中の場合は通常どおり動作し、接続は切断しません。",
    reason_label: "理由（200 文字まで）",
    ends: "指示の期間",
    during: str::to_owned,
    at: |zone| format!("または、終了日時を指定（{zone}、7 日先まで）"),
    at_button: "この日時まで",

    take_down: "VPN を停止…",
    take_down_title: "VPN を停止しますか？",
    take_down_text: "接続中の人は全員、およそ 2 分以内に切断されます。指示が終わるまで VPN は起動しません。その間の申し込みは 2 時間有効です。",
    connected: "接続中",
    no_holder: "なし",
    not_known: "現在確認できません",
    reason_needed: "理由（必須、200 文字まで）",
    take_down_ends: "停止する期間",
    take_down_during: |span| format!("{span}停止"),
    take_down_at_button: "この日時まで停止",
    and_more: "ほかにも接続があります",
};

fn words(ordered: Ordered, until: Option<&str>) -> String {
    let end = until.map_or_else(
        || "管理者が解除するまで".to_owned(),
        |until| format!("{until} まで"),
    );
    match ordered {
        Ordered::On => format!("{end}、停止しません"),
        Ordered::Hold => format!("{end}、起動しません"),
        Ordered::Off => format!("{end}、停止しておきます"),
        Ordered::Unreadable => "読み取れません。修正されるまで VPN は停止しません".to_owned(),
    }
}

/// What an order that was not given means.
pub(super) fn error(trouble: &OrderTrouble, t: &'static Texts, when: &When) -> Told {
    let (title, detail) = match trouble {
        OrderTrouble::NotAdministrator => (
            "管理者だけの操作です",
            "この操作ができるのは管理者だけです。操作しようとしたことは記録されました。何も変更されていません。".to_owned(),
        ),
        OrderTrouble::TooFar { latest } => (
            "指定できる範囲を超えています",
            format!("指示の終わりは、{} までの日時を選んでください。", when.at(*latest)),
        ),
        OrderTrouble::NoReason => (
            "理由を入力してください",
            "停止すると利用中の人が切断されるため、理由が必要です。何も変更されていません。前の画面に戻って入力してください。".to_owned(),
        ),
        OrderTrouble::Reason => (
            "この理由は使えません",
            "理由は改行なしの 200 文字までです。何も変更されていません。前の画面に戻って短くしてください。".to_owned(),
        ),
        OrderTrouble::Changed { now } => (
            "指示が変わっています",
            format!(
                "画面に表示されていた指示がすでに変わっているため、今回の指示は出されていません。現在の指示：{}。VPN の画面を確認し、必要な場合は\
                 もう一度指示してください。",
                order_in_words(now, t, when)
            ),
        ),
    };
    Told { title, detail }
}
