//! The log, newest first.

use web::Reply;

use super::blank;
use crate::app::{App, Call};
use crate::input::LogQuery;
use crate::refusal::Refusal;

impl App {
    #[expect(clippy::unused_async, reason = "it reads nothing yet")]
    pub(super) async fn records(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let _query = LogQuery::read(call.query, &self.common.endpoints)?;
        Ok(blank(call, "Records"))
    }
}
