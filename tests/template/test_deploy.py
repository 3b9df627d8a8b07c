"""`sam deploy` to ministack: made, changed, in every combination, with wrong parameters, and taken away again.

ministack makes every type of the template but the SAML provider; it runs no function."""

import json
import os
import re
import subprocess

import pytest
from botocore.exceptions import ClientError, WaiterError

import cloud
from conftest import BUCKET
from iam import TOOLS
from samtranslator.yaml_helper import yaml_parse
from scenarios import BAD, EVENTS, GOOD, LISTENER, NETWORK, POOL, ZONE, ESSENTIAL
from source import ROOT, TEMPLATE, expanded

REPORT = ROOT / "target" / "template" / "deployed.md"
USUAL = ESSENTIAL | NETWORK | ZONE | EVENTS | {"AlarmEmail": "operators@example.com"}
# AWS fetches SAML metadata when the provider is made; ministack has no such provider.
COMBINATIONS = {name: parameters for name, parameters in GOOD.items() if "SamlMetadataUrl" not in parameters}


def real(parameters, given):
    return {name: given.get(name, value) if value else value for name, value in parameters.items()}


def sam_deploy(url, template, stack, parameters):
    command = [
        TOOLS / "lint" / "bin" / "sam", "deploy", "--template-file", template, "--stack-name", stack, "--s3-bucket", BUCKET,
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
        "--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items() if value),
    ]
    environment = os.environ | cloud.environment(url)
    return subprocess.run(command, env=environment, cwd=template.parent, capture_output=True, text=True, check=False, timeout=300)


def resources(url, stack):
    pages = cloud.client(url, "cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {r["LogicalResourceId"]: r for page in pages for r in page["StackResourceSummaries"]}


def outputs(url, stack):
    (found,) = cloud.client(url, "cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}


def test_a_stack_is_made_changed_and_removed_and_the_records_stay(url, given, built):
    made = sam_deploy(url, built, "vpn", real(USUAL, given))
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    listed = resources(url, "vpn")
    assert {r["ResourceStatus"] for r in listed.values()} == {"CREATE_COMPLETE"}
    rows = [f"| {name} | {r['ResourceType']} | {r['PhysicalResourceId']} |" for name, r in sorted(listed.items())]
    REPORT.write_text("\n".join(["| resource | type | id |", "|---|---|---|", *rows, ""]), encoding="utf-8")
    before = outputs(url, "vpn")
    assert before["Url"] == "https://vpn.example.com/"
    assert "SamlAcsUrl" in before["NextSteps"]

    function = cloud.client(url, "lambda").get_function_configuration(FunctionName="vpn-associate")
    variables = function["Environment"]["Variables"]
    assert variables["AUDIT_TABLE"] == before["AuditTableName"] != variables["LEASE_TABLE"]
    assert variables["ALB_ARN"] == listed["LoadBalancer"]["PhysicalResourceId"]
    assert variables["OIDC_CLIENT_ID"] == listed["UserPoolClient"]["PhysicalResourceId"]
    for function, group in (("vpn-associate", "AssociateTargetGroup"), ("vpn-audit", "AuditTargetGroup")):
        policy = json.loads(cloud.client(url, "lambda").get_policy(FunctionName=function)["Policy"])
        allowed = policy["Statement"][0]["Condition"]["ArnLike"]["AWS:SourceArn"].removesuffix("*")
        assert listed[group]["PhysicalResourceId"].startswith(allowed), "the load balancer may invoke it"
    office = cloud.client(url, "lambda").get_function_configuration(FunctionName="vpn-audit")
    assert (office["MemorySize"], office["Environment"]["Variables"]["OFFICE_HOURS"]) == (256, "09:00-18:00")
    assert before["AuditUrl"] == "https://vpn.example.com/audit"

    changed = sam_deploy(url, built, "vpn", real(USUAL, given) | {"IdleTimeoutMinutes": "45", "SendAuditEvents": "false"})
    assert changed.returncode == 0, changed.stdout[-3000:] + changed.stderr[-3000:]
    function = cloud.client(url, "lambda").get_function_configuration(FunctionName="vpn-reaper")
    assert function["Environment"]["Variables"]["IDLE_TIMEOUT_MINUTES"] == "45"
    assert "AuditEvents" not in resources(url, "vpn") or resources(url, "vpn")["AuditEvents"]["ResourceStatus"] == "DELETE_COMPLETE"
    assert outputs(url, "vpn")["AuditTableName"] == before["AuditTableName"], "an update keeps the records"

    remove(url, "vpn")
    tables = cloud.client(url, "dynamodb").list_tables()["TableNames"]
    assert before["AuditTableName"] in tables and before["LeaseTableName"] not in tables


def remove(url, stack):
    formation = cloud.client(url, "cloudformation")
    formation.delete_stack(StackName=stack)
    formation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


@pytest.fixture(scope="module")
def body():
    return json.dumps(expanded(yaml_parse(TEMPLATE.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def code(url):
    """Where the expanded template says that the functions' code is."""
    s3 = cloud.client(url, "s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    s3.put_object(Bucket="bucket", Key="key", Body=EMPTY_ZIP)


EMPTY_ZIP = b"PK\x05\x06" + b"\x00" * 18


def create(url, stack, body, parameters, verb="create"):
    formation = cloud.client(url, "cloudformation")
    values = [{"ParameterKey": n, "ParameterValue": v} for n, v in parameters.items() if v]
    # Too long for a request's body: CloudFormation takes it from S3, as it does for `sam deploy`.
    cloud.client(url, "s3").put_object(Bucket=BUCKET, Key="template.json", Body=body)
    address = f"{url}/{BUCKET}/template.json"
    change = {"create": formation.create_stack, "update": formation.update_stack}[verb]
    change(StackName=stack, TemplateURL=address, Parameters=values, Capabilities=["CAPABILITY_IAM"])
    try:
        formation.get_waiter(f"stack_{verb}_complete").wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    except WaiterError as error:
        events = formation.describe_stack_events(StackName=stack)["StackEvents"]
        raise AssertionError([e.get("ResourceStatusReason") for e in events if "FAILED" in e["ResourceStatus"]]) from error


@pytest.mark.parametrize("name", COMBINATIONS)
def test_each_combination_can_be_made(name, url, given, body, code):
    parameters = real(COMBINATIONS[name], given)
    create(url, "combination", body, parameters)
    try:
        kinds = {r["ResourceType"] for r in resources(url, "combination").values()}
        assert ("AWS::ElasticLoadBalancingV2::LoadBalancer" in kinds) == ("ExistingListenerArn" not in parameters)
        assert ("AWS::Cognito::UserPool" in kinds) == ("ExistingUserPoolArn" not in parameters)
        assert ("AWS::Route53::RecordSet" in kinds) == ("HostedZoneId" in parameters)
    finally:
        remove(url, "combination")


@pytest.mark.parametrize("name", BAD)
def test_wrong_parameters_are_refused_with_a_reason(name, url, given, body, code):
    parameters, reason = BAD[name]
    with pytest.raises(ClientError) as refused:
        create(url, "wrong", body, parameters)
    assert reason in str(refused.value)


def test_the_queries_of_the_documents_find_what_they_say(url, given, body, code):
    create(url, "queries", body, real(ESSENTIAL | LISTENER | POOL, given))
    names = outputs(url, "queries")
    dynamodb = cloud.client(url, "dynamodb")
    endpoint = "cvpn-endpoint-0a1b2c3d4e5f60718"
    record = {"endpoint_id": endpoint, "event_id": "1", "day": "2026-11-23", "month": "2026-11", "actor": "hana@example.com",
              "event": "disassociation.completed", "occurred_at": "2026-11-23T01:31:01Z", "reason": "…", "cost_usd": "1"}
    dynamodb.put_item(TableName=names["AuditTableName"], Item={k: {"S": v} for k, v in record.items()})
    dynamodb.put_item(TableName=names["LeaseTableName"], Item={"endpoint_id": {"S": endpoint}, "item": {"S": "state"}})
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    queries = [" ".join(q.split("\n")[1:]) for q in re.split(r"\n(?=-- )", block.strip())]
    assert len(queries) == 5
    for query in queries:
        query = query.replace("AUDIT", names["AuditTableName"]).replace("LEASES", names["LeaseTableName"])
        found = dynamodb.execute_statement(Statement=query.replace("cvpn-endpoint-…", endpoint))["Items"]
        assert len(found) == 1, query
    remove(url, "queries")


# What companies have; replace it when a release is made.
LIVE = ROOT / "tests" / "template" / "live.yaml"


def without_the_index(template):
    """As it was still earlier."""
    table = template["Resources"]["AuditTable"]["Properties"]
    table["GlobalSecondaryIndexes"] = [i for i in table["GlobalSecondaryIndexes"] if i["IndexName"] != "by-month"]
    table["AttributeDefinitions"] = [a for a in table["AttributeDefinitions"] if a["AttributeName"] != "month"]
    return template


def listable(template):
    """The emulator does not escape a page's markup when it lists the rules."""
    template["Resources"]["SignedOutRule"]["Properties"]["Actions"][0]["FixedResponseConfig"]["MessageBody"] = "Signed out"
    return json.dumps(template)


def rules(url, parameters):
    """Of the given listener: each rule's ARN, and its priority."""
    found = cloud.client(url, "elbv2").describe_rules(ListenerArn=parameters["ExistingListenerArn"])["Rules"]
    return {rule["RuleArn"]: rule["Priority"] for rule in found}


@pytest.mark.parametrize("earlier", [dict, without_the_index], ids=["as it is today", "without the index by-month"])
def test_an_update_of_a_live_stack_replaces_and_renumbers_nothing(earlier, url, given, body, code):
    """DynamoDB makes one index at a time, so an update may add no more than one."""
    before = earlier(expanded(yaml_parse(LIVE.read_text(encoding="utf-8"))))
    parameters = real(ESSENTIAL | LISTENER | POOL, given) | {"ListenerRulePriority": "7"}
    create(url, "live", listable(before), parameters)
    name = outputs(url, "live")["AuditTableName"]
    dynamodb = cloud.client(url, "dynamodb")
    record = {"endpoint_id": "cvpn-endpoint-0a1b2c3d4e5f60718", "event_id": "1", "day": "2026-11-23", "actor": "reaper"}
    dynamodb.put_item(TableName=name, Item={k: {"S": v} for k, v in record.items()})
    had, numbered = resources(url, "live"), rules(url, parameters)
    assert {"70", "71", "72"} <= set(numbered.values())

    create(url, "live", listable(json.loads(body)), parameters, "update")
    has = resources(url, "live")
    ids = {logical: r["PhysicalResourceId"] for logical, r in had.items()}
    assert {logical: has[logical]["PhysicalResourceId"] for logical in had} == ids, "something was replaced"
    assert set(has) - set(had) == {"MissedBookingAlarm"}
    assert rules(url, parameters) == numbered, "a rule was renumbered, made or taken away"
    indexes = dynamodb.describe_table(TableName=name)["Table"]["GlobalSecondaryIndexes"]
    assert {i["IndexName"] for i in indexes} == {"by-actor", "by-day", "by-month"}
    assert len(dynamodb.scan(TableName=name)["Items"]) == 1
    remove(url, "live")


def test_two_stacks_live_side_by_side(url, given, body, code):
    second = {"ExistingListenerArn", "ExistingLoadBalancerArn", "ExistingUserPoolArn", "ExistingUserPoolClientId"}
    borrowed = real(ESSENTIAL | LISTENER | POOL, given)
    assert second <= set(borrowed)
    create(url, "one", body, borrowed | {"ListenerRulePriority": "20"})
    create(url, "two", body, borrowed | {"ListenerRulePriority": "30", "HostName": "vpn2.example.com"})
    remove(url, "one")
    remove(url, "two")
