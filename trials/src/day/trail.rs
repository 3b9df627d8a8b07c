//! What of the story has to be on record.

use testkit::example;

use super::state::Day;

/// Each event that has to be on record, in its order: the endpoint's own, and what people did.
pub(super) async fn is_complete(day: &mut Day) -> anyhow::Result<()> {
    let records = day.sandbox.dynamo().records().await?;
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        records
            .iter()
            .map(|record| record.text("event").to_owned())
            .filter(|event| wanted(event))
            .collect()
    };
    let transitions = of(&|event| {
        (event.starts_with("association.") && event != "association.requested")
            || event.starts_with("disassociation.")
            || event.starts_with("routes.")
    });
    let one_time_up = [
        "association.started",
        "association.completed",
        "routes.restored",
        "disassociation.started",
        "disassociation.completed",
    ];
    let adopted = [
        "association.adopted",
        "association.completed",
        "disassociation.started",
        "disassociation.completed",
    ];
    let expected: Vec<String> = adopted
        .iter()
        .chain(&one_time_up)
        .chain(&one_time_up)
        .chain(&one_time_up)
        .map(ToString::to_string)
        .collect();
    day.checks.equal(
        &transitions,
        &expected,
        "the endpoint's transitions, each once and in order",
    );
    for (event, times) in [
        ("association.requested", 7),
        ("lease.extended", 1),
        ("lease.released", 1),
        ("profile.downloaded", 1),
        ("connection.ended", 7),
        ("booking.made", 2),
        ("booking.cancelled", 1),
        ("booking.missed", 0),
        ("booking.lapsed", 0),
        ("access.denied", 0),
        ("mode.changed", 0),
    ] {
        day.checks
            .equal(&of(&|found| found == event).len(), &times, event);
    }
    let osaka = records
        .iter()
        .any(|record| record.text("endpoint_name") == "osaka");
    day.checks.that(
        !osaka,
        "an endpoint that no employee asked for has no record",
    );
    let osaka: shared::model::EndpointId = example::OSAKA.parse()?;
    let untouched = day.ec2().read(|world| {
        world
            .endpoint(&osaka)
            .is_some_and(|e| e.networks.is_empty())
    });
    day.checks.that(untouched, "and no association");
    Ok(())
}
