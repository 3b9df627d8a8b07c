//! One record, with all it holds.

use web::Reply;

use super::blank;
use crate::app::{App, Call};
use crate::refusal::Refusal;
use crate::routes::RecordName;

impl App {
    #[expect(clippy::unused_async, reason = "it reads nothing yet")]
    pub(super) async fn record(
        &self,
        call: &Call<'_>,
        _name: &RecordName<'_>,
    ) -> Result<Reply, Refusal> {
        Ok(blank(call, "Record"))
    }
}
