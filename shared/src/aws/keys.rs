//! The key server of the ALBs of a region.

use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use futures::future::{Either, select};
use http_body_util::{BodyExt as _, Limited};

use super::Http;
use super::warm_up::{OpensConnection, log_answer};
use crate::identity::{KeyError, KeyId, PublicKeys};

/// For connecting, asking and reading together; an employee is waiting.
const TIMEOUT: Duration = Duration::from_secs(2);

/// After so long without an answer, a key is asked for a second time: the connection may have died while the process was
/// frozen. The first try goes on beside the second, since on a small Lambda its handshake may take nearly as long.
const PATIENCE: Duration = Duration::from_millis(900);

/// A key in PEM has 178 bytes.
const MAX_ANSWER_BYTES: usize = 8 * 1024;

/// Public keys from the key server, unauthenticated as it is; what makes them right is TLS and the server's name.
#[derive(Debug)]
pub struct AlbPublicKeys {
    connector: SharedHttpConnector,
    url: String,
    timeout: Duration,
    patience: Duration,
}

impl AlbPublicKeys {
    /// Keys from `url` + `/` + key id; see [`crate::config::SignIn::public_keys_url`].
    pub fn new(http: &Http, url: impl Into<String>) -> Self {
        Self {
            connector: http.connector().clone(),
            url: url.into(),
            timeout: TIMEOUT,
            patience: PATIENCE,
        }
    }

    /// Another limit than two seconds for each key.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Another time than 900 ms after which a key is asked for once more.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks once more where no answer came, or not for long: to repeat a GET changes nothing. What is answered first counts.
    async fn ask(&self, key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        let first = pin!(self.try_once(key_id));
        let second = || self.try_once(key_id);
        match select(first, pin!(tokio::time::sleep(self.patience))).await {
            Either::Left((Ok(answer), _)) => answer,
            Either::Left((Err(_), _)) => second().await?,
            Either::Right(((), first)) => match select(first, pin!(second())).await {
                Either::Left((Ok(answer), _)) | Either::Right((Ok(answer), _)) => answer,
                Either::Left((Err(_), second)) => second.await?,
                Either::Right((Err(_), first)) => first.await?,
            },
        }
    }

    /// What the key server says; an error of the outer kind: nothing, or not all of it.
    async fn try_once(&self, key_id: &KeyId) -> Result<Result<Vec<u8>, KeyError>, KeyError> {
        let request =
            HttpRequest::get(format!("{}/{key_id}", self.url)).map_err(KeyError::unavailable)?;
        let answer = self
            .connector
            .call(request)
            .await
            .map_err(KeyError::unavailable)?;
        Ok(match answer.status().as_u16() {
            200 => Ok(read(answer).await?),
            // GovCloud's keys are in S3, which says 403 of what is not there to those who may not list.
            403 | 404 => Err(KeyError::Unknown),
            other => Err(KeyError::unavailable(format!(
                "the key server answered {other}"
            ))),
        })
    }
}

/// By `GET {url}/`, where there is no key: whatever is answered, the connection stands.
#[async_trait]
impl OpensConnection for AlbPublicKeys {
    async fn open_connection(&self) -> Result<(), BoxError> {
        let request = HttpRequest::get(format!("{}/", self.url))?;
        let answer = self.connector.call(request).await?;
        log_answer(answer.status().as_u16(), answer.headers().get("connection"));
        // To its end: until then the connection is not free.
        Limited::new(answer.into_body(), MAX_ANSWER_BYTES)
            .collect()
            .await?;
        Ok(())
    }
}

async fn read(answer: HttpResponse) -> Result<Vec<u8>, KeyError> {
    let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES);
    let whole = body.collect().await.map_err(KeyError::unavailable)?;
    Ok(whole.to_bytes().into())
}

#[async_trait]
impl PublicKeys for AlbPublicKeys {
    async fn fetch(&self, key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        tokio::time::timeout(self.timeout, self.ask(key_id))
            .await
            .map_err(KeyError::unavailable)?
    }
}
