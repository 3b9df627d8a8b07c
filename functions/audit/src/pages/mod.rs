//! What each path shows: what is read for it, and the answer as a page or JSON.

pub(crate) mod asset;
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

use export::Format;

/// The answer to a caller who may read.
pub(crate) async fn answer(app: &App, route: Route<'_>, call: &Call<'_>) -> Result<Reply, Refusal> {
    match route {
        Route::Now => now::answer(app, call).await,
        Route::Records => records::answer(app, call).await,
        Route::Record(name) => record::answer(app, call, &name).await,
        Route::Stay(name) => stay::answer(app, call, &name).await,
        Route::Use => use_::answer(app, call).await,
        Route::Findings => findings::answer(app, call).await,
        Route::RecordsCsv => export::answer(app, call, Format::Csv).await,
        Route::RecordsJsonl => export::answer(app, call, Format::Jsonl).await,
        Route::Asset(File(asset)) => Ok(Reply::asset(asset)),
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

fn bare(lang: &str, title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body><main><h1>{title}</h1>{body}</main></body>\n</html>\n"
    )
}
