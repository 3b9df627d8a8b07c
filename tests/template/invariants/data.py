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
def every_change_of_a_record_is_told_and_expiry_is_not(t):
    audit = t.full.properties("AuditTable")
    assert audit["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    for stack in (t.full, t.borrowed):
        pipe = stack.properties("AuditChanges")
        assert pipe["Target"].endswith(":AlarmTopic") and "/stream/" in pipe["Source"]
        told = lambda change: _filtered(stack, "AuditChanges", change)  # noqa: E731
        assert told(_change("MODIFY")), "a record was overwritten"
        assert told(_change("REMOVE")), "somebody deleted a record"
        assert told(_change("REMOVE", by="AIDASOMEBODY")), "somebody deleted a record"
        assert not told(_change("REMOVE", by="dynamodb.amazonaws.com")), "TTL tidied up"
        assert not told(_change("INSERT")), "a new record is no change"


@invariant
def events_for_people_leave_out_what_is_only_for_the_record(t):
    told = lambda event: _filtered(t.full, "AuditEvents", _change("INSERT", event))  # noqa: E731
    for event in ("association.requested", "disassociation.completed", "lease.extended", "mode.changed", "access.denied"):
        assert told(event), event
    for event in ("connection.ended", "profile.downloaded"):
        assert not told(event), event
    assert not _filtered(t.full, "AuditEvents", _change("MODIFY"))
    assert not t.before_saml.exists("AuditEvents"), "only if somebody wants them"
