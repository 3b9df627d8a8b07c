//! A process that its owner alone invokes, step by step: for measuring it.

use std::sync::Arc;

use bytes::Bytes;

use super::error::InvokeError;
use super::instance::Instance;
use super::{INIT_LIMIT, Inner, Pool};

/// One process of a function. It is killed when this goes.
#[derive(Debug)]
pub struct Process {
    lambda: Arc<Inner>,
    function: String,
    instance: Instance,
}

impl Process {
    pub(super) fn start(lambda: Arc<Inner>, function: &str) -> Result<Self, InvokeError> {
        let pool = pool(&lambda, function)?;
        let instance = lambda.start(pool)?;
        Ok(Self {
            function: function.to_owned(),
            instance,
            lambda,
        })
    }

    /// The system's number of the process.
    pub fn id(&self) -> Option<u32> {
        self.instance.id()
    }

    /// Waits until it asks for its first event.
    ///
    /// # Errors
    /// Where it ended, failed or took too long.
    pub async fn initialised(&self) -> Result<(), InvokeError> {
        let pool = pool(&self.lambda, &self.function)?;
        self.instance.initialised(INIT_LIMIT, &pool.log).await
    }

    /// Invokes it and waits for its answer.
    ///
    /// # Errors
    /// See [`InvokeError`].
    pub async fn invoke(&self, event: impl Into<Bytes>) -> Result<Bytes, InvokeError> {
        let pool = pool(&self.lambda, &self.function)?;
        let (lambda, event) = (&self.lambda, event.into());
        lambda.run(pool, &self.instance, event, None).await
    }

    /// Kills it, and waits until it is gone.
    pub async fn kill(self) {
        self.instance.kill().await;
    }
}

fn pool<'a>(lambda: &'a Inner, function: &str) -> Result<&'a Pool, InvokeError> {
    let pool = lambda.pools.get(function);
    pool.ok_or_else(|| InvokeError::Unknown(function.to_owned()))
}
