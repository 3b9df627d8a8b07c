//! The story of the stay to which a record belongs.

use audit_pages::StayPage;
use serde::Serialize;
use serde_json::Value;
use shared::review::export::to_json;
use shared::review::stay::{self, Chapter, StayStory};
use web::Reply;

use super::{json, shown};
use crate::app::{App, Call};
use crate::refusal::Refusal;
use crate::routes::RecordName;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    endpoint: &'a str,
    endpoint_id: &'a str,
    stay: Option<u64>,
    up_since: Option<String>,
    ready_since: Option<String>,
    ended_at: Option<String>,
    people: &'a [String],
    cost_usd: Option<f64>,
    association_seconds: Option<u64>,
    /// Whether its beginning and its end, or the present, are among the steps.
    is_whole: bool,
    steps: Vec<Step>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    chapter: &'static str,
    /// Since the step before.
    after_seconds: Option<i64>,
    record: Value,
}

impl<'a> Answer<'a> {
    fn of(story: &'a StayStory) -> Self {
        let steps = story.steps.iter().map(|step| Step {
            chapter: word(step.chapter),
            after_seconds: step.after.map(|after| after.num_seconds()),
            record: to_json(&step.record),
        });
        Self {
            endpoint: &story.endpoint_name,
            endpoint_id: &story.endpoint_id,
            stay: story.stay,
            up_since: json::time(story.up_since),
            ready_since: json::time(story.ready_since),
            ended_at: json::time(story.ended_at),
            people: &story.people,
            cost_usd: story.cost_usd,
            association_seconds: story.association_seconds,
            is_whole: story.is_whole,
            steps: steps.collect(),
        }
    }
}

fn word(chapter: Chapter) -> &'static str {
    match chapter {
        Chapter::Asked => "asked",
        Chapter::Started => "started",
        Chapter::Ready => "ready",
        Chapter::Used => "used",
        Chapter::Going => "going",
        Chapter::Gone => "gone",
    }
}

impl App {
    pub(super) async fn stay(
        &self,
        call: &Call<'_>,
        name: &RecordName<'_>,
    ) -> Result<Reply, Refusal> {
        let story = stay::story(self.reader.as_ref(), name.endpoint_id, &name.event_id).await?;
        let story = story.ok_or(Refusal::NotFound)?;
        let html = || {
            let page = StayPage {
                site: &self.site_of(call),
                language: call.language,
                story: &story,
                event_id: &name.event_id.to_string(),
                now: call.now,
            };
            page.html()
        };
        Ok(shown(call, html, || Answer::of(&story)))
    }
}
