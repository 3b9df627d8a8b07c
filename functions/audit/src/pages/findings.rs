//! What in the records an administrator should look at.

use web::Reply;

use super::blank;
use crate::app::{App, Call};
use crate::input::FindingsQuery;
use crate::refusal::Refusal;

impl App {
    #[expect(clippy::unused_async, reason = "it reads nothing yet")]
    pub(super) async fn findings(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let _query = FindingsQuery::read(call.query)?;
        Ok(blank(call, "Findings"))
    }
}
