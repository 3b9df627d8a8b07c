//! What each path shows: what is read for it, and the answer as a page or JSON.

pub(crate) mod asset;
pub(crate) mod error;
mod export;
mod findings;
mod json;
mod now;
mod record;
mod records;
mod stay;
mod use_;

use audit_pages::Site;
use http::StatusCode;
use serde::Serialize;
use shared::model::Email;
use shared::review::export::Format;
use web::Reply;

use crate::app::{App, Call, Role};
use crate::refusal::Refusal;
use crate::routes::{File, Route};

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
            Route::RecordsJsonl => self.export(call, Format::JsonLines).await,
            Route::Asset(File(asset)) => Ok(Reply::asset(asset)),
        }
    }

    /// The site as a person sees it.
    pub(crate) fn site(&self, viewer: Option<&Email>, role: Option<Role>) -> Site {
        Site {
            endpoints: self
                .common
                .endpoints
                .iter()
                .map(|it| it.name.clone())
                .collect(),
            zone: self.common.settings.rules.time_zone,
            has_sign_out: self.has_sign_out,
            viewer: viewer.map(ToString::to_string),
            is_administrator: role == Some(Role::Administrator),
        }
    }

    fn site_of(&self, call: &Call<'_>) -> Site {
        self.site(Some(&call.viewer), Some(call.role))
    }
}

/// The answer as the caller wants it.
fn shown<J: Serialize>(
    call: &Call<'_>,
    html: impl FnOnce() -> String,
    json: impl FnOnce() -> J,
) -> Reply {
    if call.wants_html {
        Reply::page(StatusCode::OK, html())
    } else {
        Reply::json(StatusCode::OK, &json())
    }
}
