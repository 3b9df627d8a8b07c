"""What an invariant looks at: a template, the stacks that come of it, and what a day in the sandbox showed."""

import json
from functools import cached_property, lru_cache

from source import ROOT, Stack, expanded
from scenarios import ESSENTIAL, FULL, GOOD, LISTENER, NETWORK, POOL, ZONE

FACTS = ROOT / "target" / "template" / "day.json"


@lru_cache
def facts():
    """What `cargo sandbox -- day --record` wrote: rights, metrics and variables of the functions."""
    assert FACTS.exists(), "first: cargo sandbox -- day --record target/template/day.json"
    return json.loads(FACTS.read_text(encoding="utf-8"))


class Subject:
    def __init__(self, written):
        self.written = written

    @cached_property
    def expanded(self):
        return expanded(self.written)

    @cached_property
    def full(self):
        """Everything made by the stack itself, SAML and all."""
        return Stack(self.expanded, FULL)

    @cached_property
    def before_saml(self):
        return Stack(self.expanded, ESSENTIAL | NETWORK | ZONE)

    @cached_property
    def borrowed(self):
        """Listener and user pool given."""
        return Stack(self.expanded, ESSENTIAL | LISTENER | POOL)

    def stacks(self):
        return {name: Stack(self.expanded, parameters) for name, parameters in GOOD.items()}

    def stack(self, parameters):
        return Stack(self.expanded, parameters)


FUNCTIONS = {"associate": "AssociateFunction", "reaper": "ReaperFunction", "audit": "AuditFunction"}
ROLES = {"associate": "AssociateRole", "reaper": "ReaperRole", "audit": "AuditRole"}
BEHIND_ALB = {"associate": "AssociateRule", "audit": "AuditRule"}
GROUPS = {"associate": "AssociateTargetGroup", "audit": "AuditTargetGroup"}
PERMISSIONS = {"associate": "AssociatePermission", "audit": "AuditPermission"}


def forwarding(stack):
    """The rules that lead to a function: of each function, its rule."""
    rules = stack.there_are("AWS::ElasticLoadBalancingV2::ListenerRule")
    found = {name for name, rule in rules.items() if any(a["Type"] == "forward" for a in rule["Actions"])}
    assert found == set(BEHIND_ALB.values()), "one rule leads to each function behind the load balancer"
    return {function: rules[name] for function, name in BEHIND_ALB.items()}


def sign_in(stack, function="associate"):
    actions = forwarding(stack)[function]["Actions"]
    found = [a["AuthenticateCognitoConfig"] for a in actions if a["Type"] == "authenticate-cognito"]
    assert len(found) == 1, "the rule signs people in"
    return found[0]


def environment(stack, function):
    return stack.properties(FUNCTIONS[function])["Environment"]["Variables"]
