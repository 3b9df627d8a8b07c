//! Use and cost of a range of days.

use web::Reply;

use super::blank;
use crate::app::{App, Call};
use crate::input::UseQuery;
use crate::refusal::Refusal;

impl App {
    #[expect(clippy::unused_async, reason = "it reads nothing yet")]
    pub(super) async fn usage(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let zone = self.common.settings.rules.time_zone;
        let today = call.now.with_timezone(&zone).date_naive();
        let _query = UseQuery::read(call.query, today)?;
        Ok(blank(call, "Use and cost"))
    }
}
