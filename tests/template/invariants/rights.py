"""Who may do what."""

import re

import iam
from scenarios import OSAKA, SUBNETS, TOKYO
from subject import ROLES

from . import invariant

EC2 = "arn:aws:ec2:ap-northeast-1:123456789012"
LOCAL = f"{EC2}:subnet/local"


def _roles(t):
    return t.full.there_are("AWS::IAM::Role")


@invariant
def every_role_is_spelt_out(t):
    roles = _roles(t)
    assert set(roles) == {*ROLES.values(), "SweepRole", "PipeRole"}, "SAM made one of its own"
    for name, role in roles.items():
        assert not role.get("ManagedPolicyArns"), f"{name}: AWS's managed policies allow too much"
        for action, _ in iam.granted(role):
            assert "*" not in action, f"{name}: {action}"
        assert all(s["Effect"] == "Allow" and "NotAction" not in s and "NotResource" not in s for s in iam.statements(role))


@invariant
def rights_name_the_resources_that_their_action_knows(t):
    everything = {pair for role in _roles(t).values() for pair in iam.granted(role)}
    known = iam.resource_types(tuple(sorted({action for action, _ in everything})))
    for action, resource in sorted(everything):
        assert action in known, f"there is no {action}"
        if not known[action]:
            assert resource == "*", f"{action} knows no resource, so {resource} never matches"
            continue
        assert resource != "*", f"{action} on everything"
        assert any(_could_be(resource, pattern) for pattern in known[action]), f"{action} is never asked on {resource}"


def _could_be(resource, pattern):
    """Whether an ARN, which may end in a wildcard, is of the form that a resource type's ARN has."""
    name = ".+" if ":logs:" in pattern else "[^/]+"
    form = re.sub(r"\$\{\w+\}", "@", pattern)
    regex = name.join(map(re.escape, form.split("@")))
    ends = ("", "x", "log-stream:x") if resource.endswith("*") else ("",)
    return any(re.fullmatch(regex, resource.removesuffix("*") + end) for end in ends)


@invariant
def only_managed_endpoints_and_given_subnets_can_be_changed(t):
    endpoints = {f"{EC2}:client-vpn-endpoint/{name}" for name in (TOKYO, OSAKA)}
    subnets = {f"arn:aws:ec2:*:*:subnet/{name}" for name in SUBNETS}
    for name in ("AssociateRole", "ReaperRole"):
        on = {}
        for action, resource in iam.granted(t.full.properties(name)):
            on.setdefault(action, set()).add(resource)
        nothing = lambda arn: arn.endswith("/-") or "=" in arn.rsplit("/", 1)[1]  # noqa: E731
        for action in [a for a in on if a.startswith("ec2:") and a != "ec2:DescribeClientVpnEndpoints"]:
            allowed = {arn for arn in on[action] if not nothing(arn)}
            expected = set(endpoints)
            if action in ("ec2:AssociateClientVpnTargetNetwork", "ec2:CreateClientVpnRoute"):
                expected |= subnets
            if action == "ec2:CreateClientVpnRoute":
                expected.add(LOCAL)
            if action == "ec2:ApplySecurityGroupsToClientVpnTargetNetwork":
                expected |= {f"{EC2}:security-group/*", f"{EC2}:vpc/*"}
            assert allowed == expected, f"{name}: {action}: {allowed ^ expected}"


@invariant
def routes_between_clients_can_be_made_again(t):
    for name in ("AssociateRole", "ReaperRole"):
        on_local = {action for action, resource in iam.granted(t.full.properties(name)) if resource == LOCAL}
        assert on_local == {"ec2:CreateClientVpnRoute"}, f"{name}: {on_local}"


@invariant
def records_are_put_and_never_changed(t):
    audit = t.full._attribute("AuditTable", "Arn")
    for name, role in _roles(t).items():
        actions = {action for action, resource in iam.granted(role) if resource == audit}
        assert actions <= {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:GetItem"}, f"{name}: {actions}"


@invariant
def leases_and_bookings_are_marked_and_never_deleted(t):
    lease = t.full._attribute("LeaseTable", "Arn")
    for name, role in _roles(t).items():
        actions = {action for action, resource in iam.granted(role) if resource == lease}
        assert actions <= {f"dynamodb:{action}" for action in ("GetItem", "Query", "PutItem", "UpdateItem")}, f"{name}: {actions}"


@invariant
def the_audit_function_reads_and_puts_records_of_no_endpoint(t):
    role = t.full.properties("AuditRole")
    lease, audit = (t.full._attribute(table, "Arn") for table in ("LeaseTable", "AuditTable"))
    by_lambda = ("logs:", "xray:")
    granted = {(action, resource) for action, resource in iam.granted(role) if not action.startswith(by_lambda)}
    assert granted == {
        *((f"dynamodb:{action}", table) for action in ("GetItem", "Query") for table in (lease, audit)),
        ("dynamodb:Query", f"{audit}/index/*"), ("dynamodb:PutItem", audit),
    }
    (put,) = [s for s in iam.statements(role) if "dynamodb:PutItem" in iam.many(s["Action"])]
    assert put.get("Condition") == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["-"]}, "Null": {"dynamodb:LeadingKeys": "false"}}


@invariant
def a_right_to_read_the_audit_table_includes_its_indexes(t):
    audit = t.full._attribute("AuditTable", "Arn")
    indexes = {f"{audit}/index/{i['IndexName']}" for i in t.full.properties("AuditTable")["GlobalSecondaryIndexes"]}
    for name, role in _roles(t).items():
        queried = {resource for action, resource in iam.granted(role) if action == "dynamodb:Query"}
        assert audit not in queried or indexes <= queried or f"{audit}/index/*" in queried, f"{name} cannot query an index"


@invariant
def each_function_writes_its_own_log_alone(t):
    for function, role in ROLES.items():
        logs = {resource for action, resource in iam.granted(t.full.properties(role)) if action.startswith("logs:")}
        assert logs == {f"arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/lambda/vpn-{function}:*"}


@invariant
def services_act_for_this_account_alone(t):
    services = {role: "lambda" for role in ROLES.values()} | {"SweepRole": "scheduler", "PipeRole": "pipes"}
    for name, service in services.items():
        (statement,) = t.full.properties(name)["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
        if service != "lambda":
            condition = statement.get("Condition", {"StringEquals": {}})
            assert condition["StringEquals"].get("aws:SourceAccount") == "123456789012", name
            arn = condition.get("ArnLike", condition["StringEquals"]).get("aws:SourceArn", "")
            assert arn.startswith(f"arn:aws:{service}:ap-northeast-1:123456789012:"), name
