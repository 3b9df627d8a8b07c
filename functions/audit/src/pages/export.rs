//! The log as a file, in parts.

use http::StatusCode;
use web::Reply;

use crate::app::{App, Call};
use crate::input::LogQuery;
use crate::refusal::Refusal;

/// What a file is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Jsonl,
}

impl Format {
    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/jsonl; charset=utf-8",
        }
    }
}

impl App {
    #[expect(clippy::unused_async, reason = "it reads nothing yet")]
    pub(super) async fn export(&self, call: &Call<'_>, format: Format) -> Result<Reply, Refusal> {
        let _query = LogQuery::read(call.query, &self.common.endpoints)?;
        Ok(Reply::new(StatusCode::OK, format.content_type(), ""))
    }
}
