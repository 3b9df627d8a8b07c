//! What each path shows: what is read for it, and the answer as a page or JSON.

pub(crate) mod asset;
mod bare;
pub(crate) mod error;
mod export;
mod findings;
mod now;
mod record;
mod records;
mod stay;
mod use_;

use http::StatusCode;
use serde_json::json;
use web::Reply;

use crate::app::{App, Call};
use crate::refusal::Refusal;
use crate::routes::{File, Route};

use bare::bare;
use export::Format;

impl App {
    /// The answer to a caller who may read.
    pub(crate) async fn answer(&self, route: Route<'_>, call: &Call<'_>) -> Result<Reply, Refusal> {
        match route {
            Route::Now => self.now(call).await,
            Route::Records => self.records(call).await,
            Route::Record(name) => self.record(call, &name).await,
            Route::Stay(name) => self.stay(call, &name).await,
            Route::Use => self.usage(call).await,
            Route::Findings => self.findings(call).await,
            Route::RecordsCsv => self.export(call, Format::Csv).await,
            Route::RecordsJsonl => self.export(call, Format::Jsonl).await,
            Route::Asset(File(asset)) => Ok(Reply::asset(asset)),
        }
    }
}

/// Stands for a page that is still to be written.
fn blank(call: &Call<'_>, title: &str) -> Reply {
    if call.wants_html {
        Reply::page(StatusCode::OK, bare(call.language.as_str(), title, ""))
    } else {
        Reply::json(StatusCode::OK, &json!({}))
    }
}
