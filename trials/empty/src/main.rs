//! What Lambda's runtime alone costs: it takes an event and answers nothing.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let nothing = |_: LambdaEvent<IgnoredAny>| async { Ok::<(), Error>(()) };
    lambda_runtime::run(service_fn(nothing)).await
}
