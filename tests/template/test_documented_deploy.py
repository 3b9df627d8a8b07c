"""docs/deploy.md, followed to the letter: its commands are taken out of it and run, by SAM or, for the AWS CLI, by boto3."""

import os
import re
import shlex
import shutil
import subprocess

import jmespath
import pytest
import yaml

import cloud
from iam import TOOLS
from scenarios import ESSENTIAL, NETWORK, SAML, ZONE
from source import ROOT
from test_deploy import outputs, real, remove, resources

DOCUMENT = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
STACK = "vpn"  # as the document calls it
ANSWERS = ESSENTIAL | NETWORK | ZONE | {"AlarmEmail": "operators@example.com"}
URL = SAML["SamlMetadataUrl"]


def section(title):
    (found,) = re.findall(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", DOCUMENT, re.DOTALL | re.MULTILINE)
    return found


def documented(title, tool="sam deploy"):
    """The commands of a section that begin so, in its code blocks or within its text."""
    return re.findall(rf"(?<![\w-]){tool}(?![\w-])[^`\n]*", section(title))


class Checkout:
    """A clone of the repository in which `sam build` has run."""

    def __init__(self, url, directory):
        self.url, self.directory, self.config = url, directory, directory / "samconfig.toml"
        # ministack has no SAML provider: in its place stands, under its name and condition, what ministack can make.
        self.change(lambda t: t["Resources"]["SamlProvider"].update(
            Type="AWS::Cognito::UserPoolGroup", Properties={"UserPoolId": {"Ref": "UserPool"}, "GroupName": "IdentityCenter"}))

    def change(self, change):
        path = self.directory / "template.yaml"
        template = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(template)
        path.write_text(yaml.safe_dump(template, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def questions(self):
        """The parameters, in the order in which `--guided` asks for them."""
        return list(yaml.safe_load((self.directory / "template.yaml").read_text(encoding="utf-8"))["Parameters"])

    def run(self, command, answers):
        tool, *words = shlex.split(command)
        return subprocess.run(
            [TOOLS / "lint" / "bin" / tool, *words], cwd=self.directory, env=os.environ | cloud.environment(self.url),
            input="".join(f"{answer}\n" for answer in answers), capture_output=True, text=True, check=False, timeout=300,
        )

    def deploy(self, command, answers=("y",)):
        """The parameters that CloudFormation has from this deploy. `y`: to what it is going to change."""
        done = self.run(command, answers)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        (stack,) = cloud.client(self.url, "cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}

    def guided(self, parameters):
        """Answers to the guided deploy. Confirm changes: yes. Roles, rollback, and where to save: as offered. Then the changes."""
        return [STACK, "", *(parameters.get(name, "") for name in self.questions()), "y", "", "", "", "", "", "y"]

    def edit(self, old, new):
        text = self.config.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old} is not what SAM saved"
        self.config.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def checkout(url, built, tmp_path):
    return Checkout(url, shutil.copytree(built.parent, tmp_path / "clone"))


def aws(url, command):
    """What the AWS CLI answers. boto3 refuses an operation or a parameter that does not exist."""
    tool, service, operation, *words = shlex.split(command)
    assert tool == "aws"
    client = cloud.client(url, service)
    waiter = words.pop(0) if operation == "wait" else None
    given = {}
    while words:
        flag = words.pop(0).removeprefix("--")
        value = words.pop(0) if words and not words[0].startswith("--") else not flag.startswith("no-")
        given["".join(part.capitalize() for part in flag.removeprefix("no-").split("-"))] = value
    query = given.pop("Query", "@")
    if waiter:
        return client.get_waiter(waiter.replace("-", "_")).wait(**given, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return jmespath.search(query, getattr(client, operation.replace("-", "_"))(**given))


def saml_is_there(url):
    return resources(url, STACK).get("SamlProvider", {}).get("ResourceStatus") in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def test_sign_in_outlives_every_later_deploy(url, given, checkout):
    (first,) = documented("First deploy")
    wanted = real(ANSWERS, given)
    sent = checkout.deploy(first, checkout.guided(wanted))
    defaults = {name: value for name, value in sent.items() if name not in wanted}
    assert {name: sent[name] for name in wanted} == wanted
    assert sent["SamlMetadataUrl"] == "" and not saml_is_there(url)
    assert "samconfig.toml" in outputs(url, STACK)["NextSteps"]

    step = section("The one step in the console: the SAML application")
    before, after = re.search(r"replace `([^`]+)` by\s+`([^`]+)`", step).groups()
    (second,) = documented("The one step in the console: the SAML application")
    checkout.edit(before, re.sub(r"https://[^\\]+", URL, after))
    assert checkout.deploy(second) == defaults | wanted | {"SamlMetadataUrl": URL}
    assert saml_is_there(url)

    # `git pull`: another template, with a parameter that is new.
    checkout.change(lambda t: t["Parameters"].update(New={"Type": "String", "Default": "of the template"}))
    checkout.change(lambda t: t["Resources"]["LeaseTable"]["Properties"].update(Tags=[{"Key": "version", "Value": "2"}]))
    (upgrade,) = documented("Upgrading")
    settings = defaults | wanted | {"SamlMetadataUrl": URL, "New": "of the template"}
    assert checkout.deploy(upgrade) == settings
    assert saml_is_there(url)
    (watch,) = documented("Upgrading", "aws")
    indexes = aws(url, watch.replace("AUDIT", outputs(url, STACK)["AuditTableName"]))
    # The emulator has an index at once, and tells no state.
    assert {name for name, _ in indexes} == {"by-actor", "by-day", "by-month"}

    same, guided, lost = documented("Changing a setting")
    checkout.edit(r"OvernightWindow=\"22:00-07:00\"", r"OvernightWindow=\"\"")
    assert checkout.deploy(same) == settings | {"OvernightWindow": ""}
    assert r"OvernightWindow=\"\"" in section("Changing a setting"), "that one is not for --guided:"
    assert checkout.deploy(guided, checkout.guided({})) == settings | {"OvernightWindow": "22:00-07:00"}

    checkout.config.unlink()
    checkout.change(lambda t: t["Resources"]["LeaseTable"]["Properties"].update(Tags=[{"Key": "version", "Value": "3"}]))
    assert checkout.deploy(lost) == settings
    assert saml_is_there(url)
    remove(url, STACK)


def test_a_first_deploy_that_failed_can_be_cleared_away(url, given, checkout):
    delete, wait, listed, count, *drop = documented("If it fails", "aws")

    def clear_away(table):
        for command in drop:
            aws(url, command.replace("TABLE", table))

    # Other tests leave theirs too, and the emulator names it alike each time.
    for table in aws(url, listed):
        clear_away(table)

    (first,) = documented("First deploy")
    wanted, mistyped = real(ANSWERS, given), "Z0123456789ABCDEFGHIJ"
    failed = checkout.run(first, checkout.guided(wanted | {"HostedZoneId": mistyped}))
    assert failed.returncode != 0 and "CREATE_FAILED" in failed.stdout, failed.stdout[-3000:] + failed.stderr[-3000:]
    (repeated,) = documented("If it fails")
    again = checkout.run(repeated, ["y"])
    assert again.returncode != 0, "as the document says, it cannot be deployed again"

    for command in (delete, wait):
        aws(url, command)
    (left,) = aws(url, listed)
    assert aws(url, count.replace("TABLE", left)) == 0
    clear_away(left)
    assert aws(url, listed) == []

    checkout.edit(mistyped, wanted["HostedZoneId"])
    assert checkout.deploy(repeated)["HostedZoneId"] == wanted["HostedZoneId"]
    remove(url, STACK)


def test_the_issuer_of_a_user_pool_can_be_looked_up(url):
    (command,) = documented("Parts that you have already", "aws cognito-idp")
    pool = cloud.client(url, "cognito-idp").create_user_pool(PoolName="theirs")["UserPool"]["Id"]
    assert aws(url, command.replace("POOL", pool)) in (None, "ORIGINAL")
    model = cloud.client(url, "cognito-idp").meta.service_model.operation_model("DescribeUserPool").output_shape
    issuer = model.members["UserPool"].members["IssuerConfiguration"].members["Type"]
    assert issuer.enum == ["ORIGINAL", "UPDATED"]


def test_taken_priorities_can_be_looked_up(url, given):
    (command,) = documented("Parts that you have already", "aws elbv2")
    elb, listener = cloud.client(url, "elbv2"), given["ExistingListenerArn"]
    rule = elb.create_rule(
        ListenerArn=listener, Priority=100, Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}])["Rules"][0]["RuleArn"]
    assert set(aws(url, command.replace("LISTENER", listener))) == {"default", "100"}
    elb.delete_rule(RuleArn=rule)


def test_the_tools_that_the_document_asks_for_are_no_newer_than_those_that_check_it():
    text = section("What you need")
    (least,) = re.findall(r"aws-sam-cli>=([\d.]+)", text)
    pinned = (ROOT / "tests" / "template" / "requirements" / "lint.txt").read_text(encoding="utf-8")
    (tested,) = re.findall(r"^aws-sam-cli==([\d.]+)$", pinned, re.MULTILINE)
    number = lambda version: [int(part) for part in version.split(".")]  # noqa: E731
    assert number("1.165") <= number(least) <= number(tested), "before 1.165 each function compiled the SDK anew"


def test_what_sam_builds_beside_a_function_is_not_committed():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "target/" in ignored, "SAM before 1.165 builds each function into a target of its own"
