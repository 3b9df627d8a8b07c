"""docs/audit.md: its commands are ones that AWS knows, with values of the form that it takes, and its filters are those of the contract."""

import json
import re
import shlex

import boto3
import pytest
from botocore.validate import ParamValidator

from source import REGION, ROOT

DOCUMENT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
# Of the AWS CLI itself, and of no operation.
GLOBAL = {"query", "output"}
# The document has a word in its place.
AN_ARN = "arn:aws:service:ap-northeast-1:123456789012:something/of-the-reader"


def commands():
    """Each call of the AWS CLI in a code block, as words. One within another stands by itself, and for a word of the other's."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)).replace("\\\n", " ")
    inner = re.findall(r"\$\((aws [^()]*)\)", blocks)
    outer = re.findall(r"^aws .*?(?=\n\S|\Z)", re.sub(r"\$\([^()]*\)", "RESULT", blocks), re.DOTALL | re.MULTILINE)
    return [shlex.split(command.split(" | ")[0]) for command in (*outer, *inner)]


def parsed(words, shape):
    """An option's words as the CLI would read them: JSON, `Key=value,…`, or text."""
    if shape.type_name == "list" and not words[0].startswith("["):
        return [parsed([word], shape.member) for word in words]
    (word,) = words
    if word[0] in "{[":
        return json.loads(word)
    if shape.type_name == "structure":
        return dict(pair.split("=", 1) for pair in word.split(","))
    return word


@pytest.mark.parametrize("words", commands(), ids=lambda words: words[2])
def test_each_command_is_one_that_aws_knows(words):
    tool, service, operation, *rest = words
    assert tool == "aws"
    client = boto3.client(service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
    model = client.meta.service_model
    shape = model.operation_model("".join(part.capitalize() for part in operation.split("-"))).input_shape
    members = {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower(): name for name in shape.members}
    given = {}
    for option in re.split(r"(?:^|\x00)--", "\x00".join(rest))[1:]:
        flag, *values = option.split("\x00")
        if flag not in GLOBAL:
            assert flag in members, f"{service} {operation} has no --{flag}"
            given[members[flag]] = parsed(values, shape.members[members[flag]])
    given |= {name: AN_ARN for name in given if name.endswith("Arn")}
    report = ParamValidator().validate(given, shape)
    assert not report.has_errors(), report.generate_report()


def test_the_commands_are_found():
    assert {(service, operation) for _, service, operation, *_ in commands()} == {
        ("ce", "get-cost-and-usage"), ("dynamodb", "scan"), ("dynamodb", "export-table-to-point-in-time"),
        ("dynamodb", "describe-table"), ("pipes", "create-pipe"), ("dynamodb", "enable-kinesis-streaming-destination")}


def test_the_filter_of_the_pipe_takes_every_change():
    (pattern,) = re.findall(r'"Pattern": ("(?:[^"\\]|\\.)*")', DOCUMENT)
    assert json.loads(json.loads(pattern)) == {"eventName": ["INSERT", "MODIFY", "REMOVE"]}
