//! 出来事の呼び名。

use shared::model::audit::Event;

use crate::families::Family;

pub(super) fn event(event: Event) -> &'static str {
    match event {
        Event::AssociationRequested => "利用の申し込み",
        Event::AssociationStarted => "起動を開始",
        Event::AssociationCompleted => "利用可能",
        Event::AssociationFailed => "起動に失敗",
        Event::AssociationAdopted => "外部からの関連付け",
        Event::RoutesRestored => "経路を復元",
        Event::RoutesChanged => "外部からの経路変更",
        Event::LeaseExtended => "利用時間を延長",
        Event::LeaseReleased => "利用を終了",
        Event::BookingMade => "予約",
        Event::BookingCancelled => "予約を取り消し",
        Event::BookingLapsed => "予約が失効",
        Event::BookingMissed => "予約に間に合わず",
        Event::ModeChanged => "指示を変更",
        Event::ConfigChanged => "設定を変更",
        Event::DisassociationStarted => "停止を開始",
        Event::DisassociationCompleted => "停止を完了",
        Event::DisassociationFailed => "停止に失敗",
        Event::DisassociationExternal => "外部からの停止",
        Event::ConnectionEnded => "接続が終了",
        Event::ProfileDownloaded => "プロファイルを取得",
        Event::AccessDenied => "アクセスを拒否",
        Event::AuditExported => "記録を書き出し",
    }
}

pub(super) fn family(family: Family) -> &'static str {
    match family {
        Family::GoingUp => "起動",
        Family::GoingDown => "停止",
        Family::Connections => "接続",
        Family::Leases => "延長と終了",
        Family::Bookings => "予約",
        Family::Orders => "管理者の指示",
        Family::Routes => "経路",
        Family::Profiles => "プロファイル",
        Family::Refusals => "アクセスの拒否",
        Family::Settings => "設定",
        Family::Exports => "記録の書き出し",
    }
}
