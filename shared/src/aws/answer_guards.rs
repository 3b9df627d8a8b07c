//! What the SDK itself does not look at before it reads an answer: how long it is, and whether all of it came.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::Limited;

/// A page of 1000 connections has about 1 MB, a page of DynamoDB's 1 MB of items and their names of types.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Ends an answer in an error once it is longer than any that the service gives.
#[derive(Debug)]
pub(super) struct AnswerLimit;

impl Intercept for AnswerLimit {
    fn name(&self) -> &'static str {
        "AnswerLimit"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(whole, MAX_ANSWER_BYTES));
        Ok(())
    }
}

/// Makes an answer of EC2's an error that was cut off. The SDK reads the beginning of a listing as a whole one, and so
/// an answer that broke off before the first connection as "no client is connected".
#[derive(Debug)]
pub(super) struct WholeAnswer;

impl Intercept for WholeAnswer {
    fn name(&self) -> &'static str {
        "WholeAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        if context.output_or_error().is_ok() && !is_whole(body) {
            return Err("the answer was cut off".into());
        }
        Ok(())
    }
}

/// Every answer of EC2's ends with the end of its outermost element, `</…Response>`: so do the sample answers in the API
/// reference (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html>).
fn is_whole(body: &[u8]) -> bool {
    let last_tag = body.trim_ascii_end().rsplit(|byte| *byte == b'<').next();
    last_tag.is_some_and(|tag| tag.starts_with(b"/") && tag.ends_with(b"Response>"))
}
