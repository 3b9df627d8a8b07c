//! Calls that fail on demand.

use serde_json::{Value, json};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableFault {
    /// The call is refused with this error code, for instance `ProvisionedThroughputExceededException` or
    /// `TransactionConflictException`, and does nothing.
    Error(String),
    /// A transaction is cancelled because its first item is in another one: `TransactionCanceledException` with the
    /// reason `TransactionConflict`. Nothing is done. `dynoxide` never does this by itself.
    TransactionConflict,
    /// The call does nothing and is never answered.
    Hang,
    /// The call does its work, then the connection breaks.
    AnswerLost,
}

impl TableFault {
    /// From the name that the control page uses: `hang`, `answer-lost`, `transaction-conflict`, else an error code.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "hang" => Some(Self::Hang),
            "answer-lost" => Some(Self::AnswerLost),
            "transaction-conflict" => Some(Self::TransactionConflict),
            code if code.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && (1..=64).contains(&code.len()) =>
            {
                Some(Self::Error(code.to_owned()))
            }
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Planned {
    operation: Option<String>,
    fault: TableFault,
    skip: u32,
    times: u32,
}

/// The faults still to come; the oldest that fits is taken first.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Planned>);

impl Faults {
    pub(super) fn add(
        &mut self,
        operation: Option<&str>,
        fault: TableFault,
        skip: u32,
        times: u32,
    ) {
        let operation = operation.map(str::to_owned);
        self.0.push(Planned {
            operation,
            fault,
            skip,
            times,
        });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn describe(&self) -> Vec<String> {
        let sentence = |planned: &Planned| {
            let operation = planned.operation.as_deref().unwrap_or("any operation");
            format!("{operation}: {:?}, {} more", planned.fault, planned.times)
        };
        self.0.iter().map(sentence).collect()
    }

    /// The fault of this call, if it is to have one.
    pub(super) fn take(&mut self, operation: &str) -> Option<TableFault> {
        self.0.retain(|planned| planned.times > 0);
        let fits = |planned: &&mut Planned| {
            planned
                .operation
                .as_deref()
                .is_none_or(|wanted| wanted == operation)
        };
        let planned = self.0.iter_mut().find(fits)?;
        if planned.skip > 0 {
            planned.skip -= 1;
            return None;
        }
        planned.times -= 1;
        let fault = planned.fault.clone();
        self.0.retain(|planned| planned.times > 0);
        Some(fault)
    }
}

/// The HTTP status and body of an error.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
pub(super) fn error(code: &str) -> (u16, Value) {
    let (status, namespace) = match code {
        "InternalServerError" => (500, "com.amazonaws.dynamodb.v20120810"),
        "ServiceUnavailable" => (503, "com.amazonaws.dynamodb.v20120810"),
        "ThrottlingException" => (400, "com.amazon.coral.availability"),
        _ => (400, "com.amazonaws.dynamodb.v20120810"),
    };
    let body =
        json!({ "__type": format!("{namespace}#{code}"), "message": "injected by the sandbox" });
    (status, body)
}

/// The cancellation of the transaction in `request`: a reason for each of its items.
pub(super) fn transaction_conflict(request: &[u8]) -> (u16, Value) {
    transaction_cancelled(request, "TransactionConflict")
}

/// The same, for whatever reason.
pub(super) fn transaction_cancelled(request: &[u8], reason: &str) -> (u16, Value) {
    let request = serde_json::from_slice::<Value>(request).unwrap_or_default();
    let items = request["TransactItems"].as_array().map_or(1, Vec::len);
    let codes = (0..items)
        .map(|item| if item == 0 { reason } else { "None" })
        .collect::<Vec<_>>();
    let reasons = codes.iter().map(|code| match *code {
        "None" => json!({ "Code": "None" }),
        code => json!({ "Code": code, "Message": "Transaction is ongoing for the item" }),
    });
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", ")
        ),
        "CancellationReasons": reasons.collect::<Vec<_>>(),
    });
    (400, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_its_operation_only_and_only_so_often() {
        let mut faults = Faults::default();
        faults.add(Some("PutItem"), TableFault::Hang, 1, 2);
        faults.add(None, TableFault::AnswerLost, 0, 1);
        assert_eq!(faults.take("Query"), Some(TableFault::AnswerLost));
        assert_eq!(faults.take("Query"), None);
        let puts = [(); 4].map(|()| faults.take("PutItem"));
        assert_eq!(
            puts,
            [None, Some(TableFault::Hang), Some(TableFault::Hang), None]
        );
        assert!(faults.describe().is_empty());
    }

    #[test]
    fn a_name_of_the_control_page_is_a_fault() {
        assert_eq!(TableFault::parse("hang"), Some(TableFault::Hang));
        let code = "ThrottlingException";
        assert_eq!(
            TableFault::parse(code),
            Some(TableFault::Error(code.to_owned()))
        );
        assert_eq!(TableFault::parse(""), None);
        assert_eq!(TableFault::parse("a b"), None);
    }
}
