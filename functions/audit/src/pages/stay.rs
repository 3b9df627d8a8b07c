//! The story of the stay to which a record belongs.

use web::Reply;

use super::blank;
use crate::app::{App, Call};
use crate::refusal::Refusal;
use crate::routes::RecordName;

#[expect(clippy::unused_async, reason = "it reads nothing yet")]
pub(super) async fn answer(
    _app: &App,
    call: &Call<'_>,
    _name: &RecordName<'_>,
) -> Result<Reply, Refusal> {
    Ok(blank(call, "Stay"))
}
