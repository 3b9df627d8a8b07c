//! The endpoints as they are, and what is worth a look.

use web::Reply;

use super::blank;
use crate::app::{App, Call};
use crate::refusal::Refusal;

impl App {
    #[expect(clippy::unused_async, reason = "it reads nothing yet")]
    pub(super) async fn now(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        Ok(blank(call, "Now"))
    }
}
