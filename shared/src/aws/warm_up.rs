//! Connections that stand before the first call needs them.
//!
//! Lambda gives a function a whole processor while it starts and, at 128 MB, a fourteenth of one for its calls: a TLS
//! handshake before the first call costs nearly nothing, and within it more than the call.

use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use futures::future::join_all;
use tracing::debug;

use super::{DynamoAuditReader, DynamoStore, Ec2ClientVpn};

/// For all of it. Name, connection, handshake and one answer take 30 ms within a region; a lost packet costs a second until
/// it is sent again. An employee waits for this start, and what does not stand by then is opened by the call.
const LIMIT: Duration = Duration::from_millis(1500);

/// The only line of the log that shows a server which closes the connection, or answers otherwise than expected.
pub(super) fn log_answer(status: u16, connection: Option<&str>) {
    debug!(status, connection, "answered before the first call");
}

/// A part of AWS to which a connection can be opened that its next call finds.
#[async_trait]
pub trait OpensConnection: Send + Sync {
    /// Opens one more connection, if all that are open are in use. It changes nothing, costs nothing and needs no right:
    /// what is sent is `GET /` without a signature, to where calls go.
    async fn open_connection(&self) -> Result<(), BoxError>;
}

/// Opens so many connections to each, all side by side. What fails is left to the calls.
pub async fn warm_up(plan: &[(&dyn OpensConnection, usize)]) {
    warm_up_within(LIMIT, plan).await;
}

async fn warm_up_within(limit: Duration, plan: &[(&dyn OpensConnection, usize)]) {
    let each = plan
        .iter()
        .flat_map(|&(to, times)| std::iter::repeat_n(to, times));
    let opened = join_all(each.map(|to| async move {
        if let Err(error) = to.open_connection().await {
            debug!(
                error = &*error as &(dyn std::error::Error + 'static),
                "no connection before the first call"
            );
        }
    }));
    if tokio::time::timeout(limit, opened).await.is_err() {
        debug!("not every connection stands before the first call");
    }
}

#[async_trait]
impl OpensConnection for Ec2ClientVpn {
    async fn open_connection(&self) -> Result<(), BoxError> {
        let call = self.client.describe_client_vpn_target_networks();
        let call = call.client_vpn_endpoint_id("-").customize();
        reached(call.interceptor(UnsignedGet).send().await)
    }
}

#[async_trait]
impl OpensConnection for DynamoStore {
    async fn open_connection(&self) -> Result<(), BoxError> {
        let call = self.client.get_item().table_name(&self.lease_table);
        reached(call.customize().interceptor(UnsignedGet).send().await)
    }
}

#[async_trait]
impl OpensConnection for DynamoAuditReader {
    async fn open_connection(&self) -> Result<(), BoxError> {
        self.store.open_connection().await
    }
}

/// Whatever was answered: no answer to `GET /` is one to the call.
fn reached<T, E, R>(answer: Result<T, SdkError<E, R>>) -> Result<(), BoxError>
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match answer {
        Err(
            error @ (SdkError::ConstructionFailure(_)
            | SdkError::DispatchFailure(_)
            | SdkError::TimeoutError(_)),
        ) => Err(error.into()),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Sends `GET /` in a call's place, once, without its body and its signature, and so without its effect: to the host that
/// the SDK's rules name for the call, over the connections that calls use. DynamoDB answers `healthy`, EC2 with a redirect.
#[derive(Debug)]
struct UnsignedGet;

impl Intercept for UnsignedGet {
    fn name(&self) -> &'static str {
        "UnsignedGet"
    }

    fn modify_before_serialization(
        &self,
        _context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // What fails is left to the calls, and not tried again for as long as an employee waits.
        config
            .interceptor_state()
            .store_put(RetryConfig::disabled());
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let headers = request.headers_mut();
        let names: Vec<_> = headers.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            headers.remove(&name);
        }
        *request.body_mut() = SdkBody::empty();
        request.set_method("GET")?;
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        log_answer(answer.status().as_u16(), answer.headers().get("connection"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};

    use super::super::Clients;
    use super::*;

    /// Answers each request as a service that is overloaded, and keeps it.
    #[derive(Debug, Clone, Default)]
    struct Overloaded(Arc<Mutex<Vec<HttpRequest>>>);

    impl HttpConnector for Overloaded {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            self.0.lock().unwrap().push(request);
            let answer = HttpResponse::new(503.try_into().unwrap(), SdkBody::empty());
            HttpConnectorFuture::ready(Ok(answer))
        }
    }

    #[tokio::test]
    async fn one_get_without_signature_is_sent_whatever_is_answered() {
        let aws = Overloaded::default();
        let connector = SharedHttpConnector::new(aws.clone());
        let credentials = Credentials::new("id", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::ZERO))
            .build();
        let clients = Clients::from_config(config);
        clients.vpn().open_connection().await.unwrap();
        clients
            .store("leases", "audit")
            .open_connection()
            .await
            .unwrap();
        let requests = aws.0.lock().unwrap();
        let sent: Vec<_> = requests
            .iter()
            .map(|request| (request.method(), request.uri(), request.headers().len()))
            .collect();
        assert_eq!(
            sent,
            [
                ("GET", "https://ec2.ap-northeast-1.amazonaws.com/", 0),
                ("GET", "https://dynamodb.ap-northeast-1.amazonaws.com/", 0),
            ]
        );
        assert!(
            requests
                .iter()
                .all(|request| request.body().bytes() == Some(b""))
        );
    }

    #[derive(Default)]
    struct Counted(AtomicUsize);

    #[async_trait]
    impl OpensConnection for Counted {
        async fn open_connection(&self) -> Result<(), BoxError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }

    struct Refused;

    #[async_trait]
    impl OpensConnection for Refused {
        async fn open_connection(&self) -> Result<(), BoxError> {
            Err("refused".into())
        }
    }

    struct Silent;

    #[async_trait]
    impl OpensConnection for Silent {
        async fn open_connection(&self) -> Result<(), BoxError> {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn each_is_opened_as_often_as_planned_whatever_becomes_of_the_others() {
        let counted = Counted::default();
        warm_up(&[(&Refused, 2), (&counted, 3)]).await;
        assert_eq!(counted.0.into_inner(), 3);
    }

    #[tokio::test]
    async fn what_is_never_answered_does_not_hold_up_the_start() {
        let counted = Counted::default();
        let plan: [(&dyn OpensConnection, usize); 2] = [(&Silent, 1), (&counted, 1)];
        warm_up_within(Duration::ZERO, &plan).await;
        assert_eq!(counted.0.into_inner(), 1);
    }
}
