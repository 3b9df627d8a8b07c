"""Calls the sandbox's DynamoDB with boto3: the tables as the template will make them, and what this system does to them.

    python3 check_dynamodb.py DYNAMODB_URL

It exits with 1 if an answer is not what it should be.
"""

import sys

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError

LEASES = "vpn-leases"
AUDIT = "vpn-audit"


def main(url):
    arguments = {
        "endpoint_url": url,
        "region_name": "ap-northeast-1",
        "aws_access_key_id": "sandbox",
        "aws_secret_access_key": "sandbox",
        "config": Config(retries={"max_attempts": 0}),
    }
    client = boto3.client("dynamodb", **arguments)
    tables = boto3.resource("dynamodb", **arguments)
    rows = []

    def check(call, shown, right):
        rows.append((call, shown, "ok" if right else "WRONG"))

    names = client.list_tables()["TableNames"]
    check("ListTables", names, {LEASES, AUDIT} <= set(names))
    for table, keys, indexes in [
        (LEASES, ["endpoint_id", "item"], []),
        (AUDIT, ["endpoint_id", "event_id"], ["by-actor", "by-day", "by-month"]),
    ]:
        found = client.describe_table(TableName=table)["Table"]
        schema = [key["AttributeName"] for key in found["KeySchema"]]
        gsis = sorted(index["IndexName"] for index in found.get("GlobalSecondaryIndexes", []))
        check(f"DescribeTable {table}", (schema, gsis), (schema, gsis) == (keys, indexes))
        ttl = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        check(f"DescribeTimeToLive {table}", ttl.get("AttributeName"), ttl.get("AttributeName") == "expires_at")

    audit = tables.Table(AUDIT)
    record = {
        "endpoint_id": "cvpn-endpoint-0a1b2c3d4e5f60718",
        "event_id": "019ab0aa-0000-7000-8000-000000000001",
        "actor": "yuki@example.com",
        "day": "2026-11-23",
        "event": "association.requested",
    }
    audit.put_item(Item=record, ConditionExpression=Attr("event_id").not_exists())
    check("PutItem", "written", True)
    try:
        audit.put_item(Item=record, ConditionExpression=Attr("event_id").not_exists())
        check("PutItem, a record that is there", "no refusal", False)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        check("PutItem, a record that is there", code, code == "ConditionalCheckFailedException")
    for index, condition in [
        ("by-actor", Key("actor").eq("yuki@example.com")),
        ("by-day", Key("day").eq("2026-11-23")),
    ]:
        found = audit.query(IndexName=index, KeyConditionExpression=condition)["Items"]
        check(f"Query {index}", found[0]["event"], found == [record])
    statement = f'SELECT * FROM "{AUDIT}"."by-day" WHERE day = \'2026-11-23\''
    found = client.execute_statement(Statement=statement)["Items"]
    check("ExecuteStatement (PartiQL)", len(found), len(found) == 1)

    leases = tables.Table(LEASES)
    pinned = leases.update_item(
        Key={"endpoint_id": record["endpoint_id"], "item": "state"},
        UpdateExpression="SET #mode = :on",
        ExpressionAttributeNames={"#mode": "mode"},
        ExpressionAttributeValues={":on": "on"},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    check("UpdateItem (an administrator pins the VPN on)", pinned["mode"], pinned["mode"] == "on")
    try:
        client.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": LEASES,
                        "Key": {"endpoint_id": {"S": record["endpoint_id"]}, "item": {"S": "state"}},
                        "UpdateExpression": "SET stay = :one",
                        "ConditionExpression": "stay = :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}},
                    }
                }
            ]
        )
        check("TransactWriteItems, a condition that fails", "no refusal", False)
    except ClientError as error:
        reasons = [reason["Code"] for reason in error.response["CancellationReasons"]]
        check("TransactWriteItems, a condition that fails", reasons, reasons == ["ConditionalCheckFailed"])

    print("| call | parsed answer | |\n|---|---|---|")
    for call, shown, verdict in rows:
        print(f"| {call} | `{shown}` | {verdict} |")
    return 1 if any(verdict == "WRONG" for _, _, verdict in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
