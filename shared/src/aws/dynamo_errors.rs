//! What DynamoDB's errors mean, and which writes are tried again.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use crate::ports::StoreError;

/// A write met another's transaction. The SDK does not retry it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling>).
const CONFLICT: &str = "TransactionConflictException";
/// How often a write that met a conflict is tried, and how long it waits before the second time; twice that before
/// the third, and so on.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(25);

/// Why a transaction was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancelled {
    /// A condition failed: somebody was faster.
    Condition,
    /// Another write was under way, or capacity was short: trying again may help.
    Passing,
}

pub(super) fn cancelled_by<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Cancelled> {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons()
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
            return Some(Cancelled::Passing);
        }
        _ => return None,
    };
    let has = |codes: &[&str]| {
        reasons
            .iter()
            .filter_map(|reason| reason.code())
            .any(|code| codes.contains(&code))
    };
    if has(&["ConditionalCheckFailed"]) {
        Some(Cancelled::Condition)
    } else if has(&[
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ]) {
        Some(Cancelled::Passing)
    } else {
        None
    }
}

/// Tries a write again a few times where `passing` says that it may help, waiting longer each time.
pub(super) async fn with_patience<T, E, F>(
    mut write: impl FnMut() -> F,
    passing: impl Fn(&E) -> bool,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        match write().await {
            Err(error) if passing(&error) => tokio::time::sleep(wait).await,
            answer => return answer,
        }
        wait *= 2;
    }
    write().await
}

pub(super) fn is_conflict<E: ProvideErrorMetadata>(error: &E) -> bool {
    error.code() == Some(CONFLICT)
}

pub(super) fn unavailable<E>(operation: &'static str, error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    StoreError::Unavailable {
        operation,
        code,
        source: error.into(),
    }
}
