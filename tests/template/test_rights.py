"""The roles allow what the functions called in a day, a morning and an unlucky day, and nothing besides.

The calls were recorded in the sandbox; a simulator of IAM's rules decides."""

from itertools import permutations

import pytest

import iam
from scenarios import FULL, OSAKA, SUBNETS, TOKYO
from source import ROOT, Stack, expanded, written
from subject import ROLES, facts

REPORT = ROOT / "target" / "template" / "rights.md"
EC2 = "arn:aws:ec2:ap-northeast-1:123456789012"
ENDPOINT, SUBNET = f"{EC2}:client-vpn-endpoint/{TOKYO}", f"{EC2}:subnet/{SUBNETS[0]}"

# What no call of a function's own needs: Lambda and its agents use these rights for it.
BY_LAMBDA = {
    "Logs": "Lambda writes a function's standard output to its log group with the function's role",
    "Tracing": "Lambda sends traces with the function's role",
    "FailedSweeps": "Lambda sends what failed to the queue with the function's role",
}


@pytest.fixture(scope="module")
def stack():
    return Stack(expanded(written()), FULL)


def policy(stack, function):
    (policy,) = stack.properties(ROLES[function])["Policies"]
    return policy["PolicyDocument"]


def arn(stack, resource):
    """The sandbox has tables of its own names."""
    tables = {"vpn-leases": "LeaseTable", "vpn-audit": "AuditTable"}
    for name, table in tables.items():
        if f":table/{name}" in resource:
            return resource.replace(f"table/{name}", stack._attribute(table, "Arn").split(":", 5)[5])
    return resource


def needed(stack):
    """(function, action, resource, partition) of all that was recorded. IAM asks for an action on each of its resources."""
    return sorted({
        (right["function"], right["action"], arn(stack, resource), right["leading_key"] or "")
        for right in facts()["rights"] for resource in right["resources"]
    })


def decide(stack, questions):
    """For each (function, action, resource) the statements that allow it; none: denied. A partition may follow."""
    policies = {function: policy(stack, function) for function in ROLES}
    asked = [
        {"policy": policies[f], "action": a, "resource": r, "context": {"dynamodb:LeadingKeys": list(partition)} if any(partition) else {}}
        for f, a, r, *partition in questions
    ]
    decided = []
    for question, answer in zip(questions, iam.node("simulate.mjs", asked)):
        assert answer["resultType"] == "single", f"{question}: {answer}"
        allowed = answer["overallResult"] == "Allowed"
        by = answer["result"]["analysis"]["identityAnalysis"]["allowStatements"] if allowed else []
        decided.append([s["statement"]["Sid"] for s in by])
    return decided


def test_every_call_is_allowed(stack):
    calls = needed(stack)
    assert len(calls) > 40
    decided = decide(stack, calls)
    rows = sorted({f"| {f} | {a} | {r.split(':', 5)[-1]} | {', '.join(by)} |" for (f, a, r, _), by in zip(calls, decided)})
    REPORT.write_text("\n".join(["| function | action | resource | allowed by |", "|---|---|---|---|", *rows, ""]), encoding="utf-8")
    denied = [call for call, by in zip(calls, decided) if not by]
    assert not denied


def test_routes_between_clients_were_made_again_and_may_be(stack):
    """What IAM evaluates for them is not documented. The sandbox asks for the most that it could be."""
    made = [(f, "ec2:CreateClientVpnRoute", f"{EC2}:subnet/local", "") for f in ("associate", "reaper")]
    assert set(made) <= set(needed(stack)), "no call of a day was for one"
    assert decide(stack, made) == [["RoutesBetweenClients"]] * 2


def test_every_right_is_needed(stack):
    calls = needed(stack)
    used = {(f, a, sid) for (f, a, *_), by in zip(calls, decide(stack, calls)) for sid in by}
    granted = {
        (function, action, s["Sid"])
        for function in ROLES for s in policy(stack, function)["Statement"] for action in iam.many(s["Action"])
        if s["Sid"] not in BY_LAMBDA
    }
    assert granted - used == set(), "no call of a day needs these"


def _foreign(stack):
    lease, audit = (stack._attribute(t, "Arn") for t in ("LeaseTable", "AuditTable"))
    other_endpoint = f"{EC2}:client-vpn-endpoint/cvpn-endpoint-0ffffffffffffffff"
    yield from ((f, a, r) for f in ROLES for a, r in (
        # Endpoints and subnets that are not given
        ("ec2:AssociateClientVpnTargetNetwork", other_endpoint),
        ("ec2:AssociateClientVpnTargetNetwork", f"{EC2}:subnet/subnet-0ffffffffffffffff"),
        ("ec2:AssociateClientVpnTargetNetwork", f"{EC2}:subnet/local"),
        ("ec2:CreateClientVpnRoute", f"{EC2}:subnet/subnet-0ffffffffffffffff"),
        ("ec2:DisassociateClientVpnTargetNetwork", other_endpoint),
        ("ec2:DescribeClientVpnConnections", other_endpoint),
        ("ec2:ExportClientVpnClientConfiguration", other_endpoint),
        ("ec2:AssociateClientVpnTargetNetwork", f"arn:aws:ec2:us-east-1:123456789012:client-vpn-endpoint/{TOKYO}"),
        # What the functions are not for
        ("ec2:DeleteClientVpnRoute", ENDPOINT),
        ("ec2:DeleteClientVpnEndpoint", ENDPOINT),
        ("ec2:ModifyClientVpnEndpoint", ENDPOINT),
        ("ec2:AuthorizeClientVpnIngress", ENDPOINT),
        ("ec2:RevokeClientVpnIngress", ENDPOINT),
        ("ec2:TerminateClientVpnConnections", ENDPOINT),
        ("ec2:ImportClientVpnClientCertificateRevocationList", ENDPOINT),
        ("ec2:CreateClientVpnEndpoint", f"{EC2}:client-vpn-endpoint/cvpn-endpoint-0ffffffffffffffff"),
        ("ec2:RunInstances", f"{EC2}:subnet/{SUBNETS[0]}"),
        ("ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/sg-0123456789abcdef0"),
        # Records
        ("dynamodb:UpdateItem", audit), ("dynamodb:DeleteItem", audit), ("dynamodb:BatchWriteItem", audit),
        ("dynamodb:Scan", audit), ("dynamodb:Scan", f"{audit}/index/by-day"), ("dynamodb:BatchGetItem", audit),
        ("dynamodb:PartiQLInsert", audit), ("dynamodb:PartiQLSelect", audit),
        ("dynamodb:UpdateTimeToLive", audit), ("dynamodb:DeleteTable", audit), ("dynamodb:UpdateTable", audit),
        # Leases
        ("dynamodb:DeleteItem", lease), ("dynamodb:BatchWriteItem", lease), ("dynamodb:PartiQLDelete", lease), ("dynamodb:Scan", lease), ("dynamodb:DeleteTable", lease),
        ("dynamodb:PutItem", "arn:aws:dynamodb:ap-northeast-1:123456789012:table/another-companys"),
        # And a way to more
        ("iam:PassRole", "arn:aws:iam::123456789012:role/admin"), ("sts:AssumeRole", "arn:aws:iam::123456789012:role/admin"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:ap-northeast-1:123456789012:function:vpn-reaper"),
        ("lambda:InvokeFunction", "arn:aws:lambda:ap-northeast-1:123456789012:function:vpn-associate"),
        ("logs:DeleteLogGroup", "arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/lambda/vpn-associate"),
        ("cognito-idp:AdminCreateUser", "arn:aws:cognito-idp:ap-northeast-1:123456789012:userpool/ap-northeast-1_UserPool"),
    ))
    # What one function may and another not
    yield ("reaper", "ec2:ExportClientVpnClientConfiguration", ENDPOINT)
    for function in ROLES:
        yield (function, "dynamodb:ConditionCheckItem", lease)
    for function in ("associate", "audit"):
        yield (function, "sqs:SendMessage", stack._attribute("FailedSweeps", "Arn"))
    for function, other in permutations(ROLES, 2):
        log = f"arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/lambda/vpn-{other}:log-stream:x"
        yield (function, "logs:PutLogEvents", log)
    for function in ("associate", "reaper"):
        for action in ("GetItem", "Query"):
            yield (function, f"dynamodb:{action}", audit, "-")
        yield (function, "dynamodb:Query", f"{audit}/index/by-actor", "hana@example.com")
    yield from (("audit", *question) for question in _beyond_reading(lease, audit))


def _beyond_reading(lease, audit):
    """What the audit function could do harm with: anything of EC2's, any lease, and a record of an endpoint."""
    for action in ("DescribeClientVpnTargetNetworks", "DescribeClientVpnConnections", "AssociateClientVpnTargetNetwork",
                   "DisassociateClientVpnTargetNetwork", "ExportClientVpnClientConfiguration"):
        yield f"ec2:{action}", ENDPOINT
    yield "ec2:DescribeClientVpnEndpoints", "*"
    for partition in (TOKYO, OSAKA, "-"):
        yield "dynamodb:PutItem", lease, partition
        yield "dynamodb:UpdateItem", lease, partition
    yield "dynamodb:UpdateItem", audit, "-"
    yield "dynamodb:DeleteItem", audit, "-"
    for partition in (TOKYO, OSAKA, "", "--", "*"):
        yield "dynamodb:PutItem", audit, partition
    yield "dynamodb:PutItem", audit, "-", TOKYO
    yield "dynamodb:PutItem", f"{audit}/index/by-day", "-"


def test_the_audit_function_puts_records_of_no_endpoint(stack):
    audit = stack._attribute("AuditTable", "Arn")
    assert decide(stack, [("audit", "dynamodb:PutItem", audit, "-")]) == [["RecordsOfItsOwn"]]


def test_the_administrators_pages_were_visited_and_put_on_record(stack):
    """A day in which no page was read would let every right of the function look unneeded, or needed by none."""
    audit = stack._attribute("AuditTable", "Arn")
    made = {call for call in needed(stack) if call[0] == "audit"}
    assert ("audit", "dynamodb:PutItem", audit, "-") in made
    assert {r for _, a, r, _ in made if a == "dynamodb:Query"} >= {
        audit, *(f"{audit}/index/{name}" for name in ("by-actor", "by-day", "by-month"))}


def test_everything_else_is_denied(stack):
    questions = list(_foreign(stack))
    assert len(questions) > 130
    allowed = [question for question, by in zip(questions, decide(stack, questions)) if by]
    assert not allowed


def test_the_simulator_can_tell_both(stack):
    assert decide(stack, [("reaper", "ec2:DescribeClientVpnRoutes", f"{EC2}:client-vpn-endpoint/{OSAKA}"),
                          ("reaper", "ec2:AssociateClientVpnTargetNetwork", SUBNET),
                          ("reaper", "ec2:DeleteClientVpnRoute", ENDPOINT)]) == [["ManagedEndpoints"], ["GivenSubnets"], []]
