"""The template as it is written, as SAM expands it, and as CloudFormation would resolve it for given parameters."""

import copy
import os
import re
from functools import lru_cache
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")  # SAM's translator wants one; nothing is called

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
ACCOUNT, REGION, STACK = "123456789012", "ap-northeast-1", "vpn"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": STACK,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
    "AWS::URLSuffix": "amazonaws.com",
}
NO_VALUE = object()


@lru_cache
def _parsed():
    return yaml_parse(TEMPLATE.read_text(encoding="utf-8"))


def written():
    """A copy of the template as it is written; intrinsic functions in their long form."""
    return copy.deepcopy(_parsed())


class _NoManagedPolicies:
    """The translator would ask IAM for AWS's managed policies. There are none here."""

    def load(self):
        return {}


def expanded(template):
    """The template without SAM: what CloudFormation gets."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return transform(template, {}, _NoManagedPolicies())


# What Ref and GetAtt give, where it is not just the logical id: enough to tell one resource's ARN from another's.
_REF = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/%s/0",
    "AWS::ElasticLoadBalancingV2::TargetGroup": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/%s/0",
    "AWS::ElasticLoadBalancingV2::Listener": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/%s/0/0",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:%s",
    "AWS::CertificateManager::Certificate": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/%s",
    "AWS::SQS::Queue": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/%s",
    "AWS::Cognito::UserPool": f"{REGION}_%s",
    "AWS::DynamoDB::Table": f"{STACK}-%s",
}
_ARN = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK}-%s",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:%s",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:%s:*",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:%s",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/%s",
    "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_%s",
    "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:%s",
}
# Resources that have a name of their own are referred to by it.
_NAMES = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::Cognito::UserPoolIdentityProvider": "ProviderName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CloudWatch::Alarm": "AlarmName",
}


class Stack:
    """An expanded template for given parameters: what there is, every function resolved."""

    def __init__(self, template, parameters=None):
        self.template = template
        self.parameters = {name: str(p["Default"]) for name, p in template["Parameters"].items() if "Default" in p}
        self.parameters |= parameters or {}
        self._conditions = {}

    def there_are(self, kind):
        """The resources of a type that are made: logical id to resolved properties."""
        return {name: self.properties(name) for name in self._made() if self._type(name) == kind}

    def properties(self, name):
        return self.resolve(self.template["Resources"][name].get("Properties", {}))

    def one(self, kind):
        found = list(self.there_are(kind).values())
        assert len(found) == 1, f"{len(found)} of {kind}"
        return found[0]

    def exists(self, name):
        condition = self.template["Resources"].get(name, {"Condition": None}).get("Condition", True)
        return condition is True or (condition is not None and self.condition(condition))

    def outputs(self):
        outputs = self.template["Outputs"]
        made = {n: o for n, o in outputs.items() if "Condition" not in o or self.condition(o["Condition"])}
        return {name: self.resolve(output["Value"]) for name, output in made.items()}

    def refusals(self):
        """What CloudFormation would say against these parameters."""
        said = []
        for name, rules in self.template["Parameters"].items():
            value, pattern = self.parameters.get(name), rules.get("AllowedPattern")
            if value is None or (pattern and not re.fullmatch(pattern, value)):
                said.append(f"{name}: {rules.get('ConstraintDescription', 'needed')}")
            if "AllowedValues" in rules and value not in map(str, rules["AllowedValues"]):
                said.append(f"{name}: not allowed")
            if "MaxValue" in rules and not rules["MinValue"] <= float(value) <= rules["MaxValue"]:
                said.append(f"{name}: from {rules['MinValue']} to {rules['MaxValue']}")
        for rule in self.template.get("Rules", {}).values():
            if "RuleCondition" not in rule or self._holds(rule["RuleCondition"]):
                said += [a["AssertDescription"] for a in rule["Assertions"] if not self._holds(a["Assert"])]
        return said

    def condition(self, name):
        if name not in self._conditions:
            self._conditions[name] = self._holds(self.template["Conditions"][name])
        return self._conditions[name]

    def _made(self):
        return [name for name in self.template["Resources"] if self.exists(name)]

    def _type(self, name):
        return self.template["Resources"][name]["Type"]

    def _holds(self, expression):
        (function, value), = expression.items()
        match function:
            case "Fn::Equals":
                return self.resolve(value[0]) == self.resolve(value[1])
            case "Fn::Not":
                return not self._holds(value[0])
            case "Fn::And":
                return all(map(self._holds, value))
            case "Fn::Or":
                return any(map(self._holds, value))
            case "Condition":
                return self.condition(value)
        raise AssertionError(f"no condition: {function}")

    def resolve(self, value):
        if isinstance(value, list):
            resolved = [self.resolve(item) for item in value]
            return [item for item in resolved if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def _call(self, function, argument):
        match function:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                return self._attribute(*(argument.split(".", 1) if isinstance(argument, str) else argument))
            case "Fn::If":
                condition, yes, no = argument
                return self.resolve(yes if self.condition(condition) else no)
            case "Fn::Join":
                return argument[0].join(self.resolve(argument[1]))
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
            case "Fn::Select":
                return self.resolve(argument[1])[int(self.resolve(argument[0]))]
            case "Fn::FindInMap":
                top, first, second = map(self.resolve, argument)
                return self.template["Mappings"][top][first][second]
            case "Fn::Sub":
                return self._substitute(argument)
        raise AssertionError(f"not known: {function}")

    def _substitute(self, argument):
        text, values = argument if isinstance(argument, list) else (argument, {})

        def one(match):
            name = match.group(1)
            if name in values:
                return str(self.resolve(values[name]))
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return re.sub(r"\$\{([A-Za-z0-9:.]+)\}", one, text)

    def _ref(self, name):
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.template["Parameters"]:
            return self.parameters[name]
        assert self.exists(name), f"{name} is referred to and not made"
        return _REF.get(self._type(name), "%s") % self._name(name)

    def _attribute(self, name, attribute):
        assert self.exists(name), f"{name} is referred to and not made"
        if attribute == "Arn":
            return _ARN[self._type(name)] % self._name(name)
        if attribute == "StreamArn":
            return f"{_ARN[self._type(name)] % self._name(name)}/stream/2026-11-23T00:00:00.000"
        if attribute == "QueueName":
            return self._name(name)
        return f"{name}.{attribute}"

    def _name(self, name):
        given = self.template["Resources"][name].get("Properties", {}).get(_NAMES.get(self._type(name)))
        return self.resolve(given) if given else name
