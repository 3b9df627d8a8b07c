"""The two tables."""

import json

import patterns

from . import invariant


def _table(t, name):
    return t.expanded["Resources"][name], t.full.properties(name)


def _key(schema):
    return [(k["AttributeName"], k["KeyType"]) for k in schema]


@invariant
def the_tables_are_those_of_the_contract(t):
    _, lease = _table(t, "LeaseTable")
    assert _key(lease["KeySchema"]) == [("endpoint_id", "HASH"), ("item", "RANGE")]
    _, audit = _table(t, "AuditTable")
    assert _key(audit["KeySchema"]) == [("endpoint_id", "HASH"), ("event_id", "RANGE")]
    indexes = {i["IndexName"]: i for i in audit["GlobalSecondaryIndexes"]}
    assert {name: _key(i["KeySchema"]) for name, i in indexes.items()} == {
        "by-actor": [("actor", "HASH"), ("event_id", "RANGE")],
        "by-day": [("day", "HASH"), ("event_id", "RANGE")],
        "by-month": [("month", "HASH"), ("event_id", "RANGE")],
    }
    assert all(i["Projection"] == {"ProjectionType": "ALL"} for i in indexes.values())
    for table in (lease, audit):
        assert all(a["AttributeType"] == "S" for a in table["AttributeDefinitions"])
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"]["SSEEnabled"] is True


@invariant
def the_audit_table_survives(t):
    resource, audit = _table(t, "AuditTable")
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert audit["DeletionProtectionEnabled"] is True
    assert "TableName" not in audit, "a table that stayed would keep a new stack from making its own"


def _filtered(stack, pipe, event):
    filters = stack.properties(pipe)["SourceParameters"]["FilterCriteria"]["Filters"]
    return any(patterns.matches(json.loads(f["Pattern"]), event) for f in filters)


def _change(name, event="association.started", by=None):
    image = {"event": {"S": event}, "reason": {"S": "…"}}
    change = {"eventName": name, "dynamodb": {"NewImage": image} if name != "REMOVE" else {"OldImage": image}}
    return change | ({"userIdentity": {"type": "Service", "principalId": by}} if by else {})


@invariant
def every_change_of_a_record_is_reported_and_expiry_is_not(t):
    audit = t.full.properties("AuditTable")
    assert audit["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    for stack in (t.full, t.borrowed):
        pipe = stack.properties("AuditChanges")
        assert pipe["Target"].endswith(":AlarmTopic") and "/stream/" in pipe["Source"]
        reported = lambda change: _filtered(stack, "AuditChanges", change)  # noqa: E731
        assert reported(_change("MODIFY")), "a record was overwritten"
        assert reported(_change("REMOVE")), "a record was deleted"
        assert reported(_change("REMOVE", by="AIDAEXAMPLE")), "a record was deleted"
        assert not reported(_change("REMOVE", by="dynamodb.amazonaws.com")), "DynamoDB's own expiry"
        assert not reported(_change("INSERT")), "a new record is no change"


@invariant
def the_event_topic_leaves_out_connections_and_downloads(t):
    reported = lambda event: _filtered(t.full, "AuditEvents", _change("INSERT", event))  # noqa: E731
    for event in ("association.requested", "disassociation.completed", "lease.extended", "mode.changed", "access.denied",
                  "booking.missed"):
        assert reported(event), event
    # One that was placed is an ask. When an employee means to come is no news for colleagues.
    for event in ("connection.ended", "profile.downloaded", "booking.made", "booking.cancelled", "booking.lapsed"):
        assert not reported(event), event
    assert not _filtered(t.full, "AuditEvents", _change("MODIFY"))
    assert not t.before_saml.exists("AuditEvents"), "only if SendAuditEvents is set"


# As the stream has it of a record whose reason an administrator wrote.
_TOLD = {"dynamodb": {"Keys": {"event_id": {"S": "019ab"}}, "NewImage": {
    "endpoint_name": {"S": "tokyo"}, "event": {"S": "mode.changed"}, "occurred_at": {"S": "2026-11-24T00:00:00Z"},
    "reason": {"S": 'hana@example.com held the VPN off: "maintenance".'}}}}


def _told(t, form):
    stack = t.stack(t.full.parameters | {"SendAuditEvents": form})
    assert not stack.refusals() and stack.properties("AuditEvents")["Target"].endswith(":AuditEventTopic")
    return json.loads(patterns.transformed(stack.properties("AuditEvents")["TargetParameters"]["InputTemplate"], _TOLD))


@invariant
def a_chat_gets_the_form_that_its_service_takes_and_mails_get_a_sentence(t):
    sentence = 'hana@example.com held the VPN off: "maintenance". (mode.changed, 2026-11-24T00:00:00Z)'
    assert _told(t, "true") == f"VPN tokyo: {sentence}"
    # https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    assert _told(t, "chat") == {
        "version": "1.0", "source": "custom", "id": "019ab", "content": {"title": "VPN tokyo", "description": sentence}}
