//! What the functions asked of AWS, as IAM sees it: who called which action on which resources. The template's roles are
//! checked against it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use testkit::example::{ACCOUNT, REGION};
use uuid::Uuid;

use crate::lock::lock;

/// More than any client of ours sends.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// An action on resources, by a function. EC2 asks for the right to the action on each of the resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Right {
    /// The function.
    pub function: String,
    /// IAM's name of the action.
    pub action: String,
    /// ARNs; `*` where the action knows no resource.
    pub resources: Vec<String>,
    /// IAM's `dynamodb:LeadingKeys`: the partition that an item is written to or read from. `None`: EC2's, or a query, on
    /// whose partition no role has a condition.
    pub leading_key: Option<String>,
}

/// The rights that were needed so far, each once. Clones share one list.
#[derive(Clone, Debug, Default)]
pub struct Rights(Arc<Mutex<BTreeSet<Right>>>);

/// The access key that tells whose call it is: which function's, and which instance's.
pub(crate) fn access_key(function: &str, instance: Uuid) -> String {
    let instance = instance.simple().to_string().to_uppercase();
    format!("{KEY_PREFIX}{}-{instance}", function.to_uppercase())
}

const KEY_PREFIX: &str = "AKIASANDBOX";

impl Rights {
    /// All that were needed so far.
    pub fn needed(&self) -> BTreeSet<Right> {
        lock(&self.0).clone()
    }

    /// Writes down the calls that functions make to this API.
    pub(crate) fn watch(&self, api: Router) -> Router {
        api.layer(middleware::from_fn_with_state(self.clone(), note))
    }

    fn note(&self, headers: &HeaderMap, body: &[u8]) {
        let Some(function) = function(headers) else {
            return;
        };
        let needed = match dynamodb_operation(headers) {
            Some(operation) => of_dynamodb(operation, body),
            None => of_ec2(body),
        };
        let mut rights = lock(&self.0);
        rights.extend(needed.into_iter().map(|needed| Right {
            function: function.clone(),
            action: needed.action,
            resources: needed.resources,
            leading_key: needed.leading_key,
        }));
    }
}

async fn note(State(rights): State<Rights>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    rights.note(&parts.headers, &body);
    next.run(Request::from_parts(parts, Body::from(Bytes::clone(&body))))
        .await
}

/// The function whose access key signed.
fn function(headers: &HeaderMap) -> Option<String> {
    let signed = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = signed.split_once("Credential=")?;
    let key = credential.split('/').next()?.strip_prefix(KEY_PREFIX)?;
    let (function, _) = key.split_once('-')?;
    Some(function.to_lowercase())
}

fn dynamodb_operation(headers: &HeaderMap) -> Option<&str> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    target.split_once('.').map(|(_, operation)| operation)
}

/// A right that a call needs, whoever calls.
struct Needed {
    action: String,
    resources: Vec<String>,
    leading_key: Option<String>,
}

impl Needed {
    /// For an operation of DynamoDB, or one write of a transaction.
    fn on_table(action: String, what: &Value) -> Self {
        let item = what.get("Key").or_else(|| what.get("Item"));
        let partition = item.and_then(|item| item["endpoint_id"]["S"].as_str());
        Self {
            action,
            resources: vec![table(what)],
            leading_key: partition.map(str::to_owned),
        }
    }
}

/// A transaction needs the right to each of its writes
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>).
fn of_dynamodb(operation: &str, body: &[u8]) -> Vec<Needed> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    if operation != "TransactWriteItems" {
        return vec![Needed::on_table(format!("dynamodb:{operation}"), &body)];
    }
    let writes = body["TransactItems"].as_array().into_iter().flatten();
    writes
        .filter_map(Value::as_object)
        .flatten()
        .map(|(write, what)| {
            let action = match write.as_str() {
                "ConditionCheck" => "dynamodb:ConditionCheckItem".to_owned(),
                other => format!("dynamodb:{other}Item"),
            };
            Needed::on_table(action, what)
        })
        .collect()
}

fn table(what: &Value) -> String {
    let name = what["TableName"].as_str().unwrap_or("?");
    let table = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}");
    match what["IndexName"].as_str() {
        Some(index) => format!("{table}/index/{index}"),
        None => table,
    }
}

/// The resources are those that the Service Authorization Reference names for Client VPN's actions.
fn of_ec2(body: &[u8]) -> Vec<Needed> {
    let parameters: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let value = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let Some(action) = value("Action") else {
        return Vec::new();
    };
    let resources: BTreeSet<String> = parameters
        .iter()
        .filter_map(|(name, id)| {
            let kind = match name.split('.').next()? {
                // `DescribeClientVpnEndpoints` calls it `ClientVpnEndpointId.1`, and knows no resource.
                "ClientVpnEndpointId" if !name.contains('.') => "client-vpn-endpoint",
                // Which resource IAM evaluates for a route to other clients is not documented: the harsher reading is that
                // `local` counts as a subnet's id.
                "SubnetId" | "TargetVpcSubnetId" => "subnet",
                "SecurityGroupId" => "security-group",
                "VpcId" => "vpc",
                _ => return None,
            };
            Some(format!("arn:aws:ec2:{REGION}:{ACCOUNT}:{kind}/{id}"))
        })
        .collect();
    let resources = if resources.is_empty() {
        vec!["*".to_owned()]
    } else {
        resources.into_iter().collect()
    };
    vec![Needed {
        action: format!("ec2:{action}"),
        resources,
        leading_key: None,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(target: Option<&str>, key: &str, body: &str) -> Vec<Right> {
        let rights = Rights::default();
        let mut headers = HeaderMap::new();
        let signed = format!("AWS4-HMAC-SHA256 Credential={key}/20261123/{REGION}/x/aws4_request");
        headers.insert(header::AUTHORIZATION, signed.parse().unwrap());
        if let Some(target) = target {
            headers.insert("x-amz-target", target.parse().unwrap());
        }
        rights.note(&headers, body.as_bytes());
        let needed = rights.needed();
        assert!(needed.iter().all(|right| right.function == "reaper"));
        needed.into_iter().collect()
    }

    #[test]
    fn an_ec2_call_needs_the_right_to_each_resource_that_it_names() {
        let body = "Action=ApplySecurityGroupsToClientVpnTargetNetwork&ClientVpnEndpointId=cvpn-endpoint-1&VpcId=vpc-1\
            &SecurityGroupId.1=sg-1&SecurityGroupId.2=sg-2";
        let [right] = &noted(None, &access_key("reaper", Uuid::nil()), body)[..] else {
            panic!("one action")
        };
        assert_eq!(
            right.action,
            "ec2:ApplySecurityGroupsToClientVpnTargetNetwork"
        );
        let ids: Vec<&str> = right
            .resources
            .iter()
            .filter_map(|arn| arn.rsplit(':').next())
            .collect();
        assert_eq!(
            ids,
            [
                "client-vpn-endpoint/cvpn-endpoint-1",
                "security-group/sg-1",
                "security-group/sg-2",
                "vpc/vpc-1"
            ]
        );
    }

    #[test]
    fn a_route_to_other_clients_needs_the_right_to_a_subnet_named_local() {
        let body = "Action=CreateClientVpnRoute&ClientVpnEndpointId=cvpn-endpoint-1&TargetVpcSubnetId=local";
        let needed = noted(None, &access_key("reaper", Uuid::nil()), body);
        let subnet = format!("arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/local");
        assert!(needed[0].resources.contains(&subnet), "{needed:?}");
    }

    #[test]
    fn describing_endpoints_knows_no_resource() {
        let body = "Action=DescribeClientVpnEndpoints&ClientVpnEndpointId.1=cvpn-endpoint-1";
        let needed = noted(None, &access_key("reaper", Uuid::nil()), body);
        assert_eq!(needed[0].resources, ["*"]);
    }

    #[test]
    fn a_transaction_needs_the_right_to_each_of_its_writes() {
        let body = r#"{"TransactItems": [{"Update": {"TableName": "leases"}}, {"Put": {"TableName": "audit"}},
            {"ConditionCheck": {"TableName": "leases"}}]}"#;
        let target = Some("DynamoDB_20120810.TransactWriteItems");
        let actions: Vec<String> = noted(target, &access_key("reaper", Uuid::nil()), body)
            .into_iter()
            .map(|right| format!("{} {}", right.action, right.resources[0]))
            .collect();
        let arn = |name| format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}");
        assert_eq!(
            actions,
            [
                format!("dynamodb:ConditionCheckItem {}", arn("leases")),
                format!("dynamodb:PutItem {}", arn("audit")),
                format!("dynamodb:UpdateItem {}", arn("leases")),
            ]
        );
    }

    #[test]
    fn an_item_is_written_to_its_partition_and_a_query_names_none() {
        let partition = |operation: &str, body: &str| {
            let target = format!("DynamoDB_20120810.{operation}");
            noted(Some(&target), &access_key("reaper", Uuid::nil()), body)
                .into_iter()
                .map(|right| right.leading_key)
                .collect::<Vec<_>>()
        };
        let item = r#"{"endpoint_id": {"S": "-"}, "event_id": {"S": "1"}}"#;
        let of_none = [Some("-".to_owned())];
        let put = format!(r#"{{"TableName": "audit", "Item": {item}}}"#);
        assert_eq!(partition("PutItem", &put), of_none);
        let get = format!(r#"{{"TableName": "audit", "Key": {item}}}"#);
        assert_eq!(partition("GetItem", &get), of_none);
        let both = format!(r#"{{"TransactItems": [{{"Put": {put}}}, {{"Update": {get}}}]}}"#);
        assert_eq!(
            partition("TransactWriteItems", &both),
            [of_none.clone(), of_none].concat()
        );
        let query = r#"{"TableName": "audit", "IndexName": "by-day",
            "ExpressionAttributeValues": {":day": {"S": "2026-11-23"}}}"#;
        assert_eq!(partition("Query", query), [None]);
    }

    #[test]
    fn what_people_call_is_not_the_functions_need() {
        assert!(noted(None, "AKIASOMEBODY", "Action=DeleteClientVpnRoute").is_empty());
    }
}
