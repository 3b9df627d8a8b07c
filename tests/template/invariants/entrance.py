"""The load balancer and what stands behind it."""

from subject import FUNCTIONS, GROUPS, PERMISSIONS, forwarding, sign_in

from . import invariant

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
LAST_PRIORITY = 50_000


def _attributes(pairs):
    return {pair["Key"]: pair["Value"] for pair in pairs}


@invariant
def the_target_group_waits_for_the_permission(t):
    for function, group in GROUPS.items():
        waits = t.expanded["Resources"][group].get("DependsOn", [])
        waits = waits if isinstance(waits, list) else [waits]
        assert PERMISSIONS[function] in waits, f"registering {function} needs its permission first"


@invariant
def the_permission_is_for_this_target_group_alone(t):
    assert set(t.full.there_are("AWS::Lambda::Permission")) == set(PERMISSIONS.values())
    for function, name in GROUPS.items():
        group, permission = t.full.properties(name), t.full.properties(PERMISSIONS[function])
        assert len(group["Name"]) <= 32, "a target group's name has 32 characters at most"
        assert permission["Principal"] == "elasticloadbalancing.amazonaws.com"
        assert permission["FunctionName"] == t.full._attribute(FUNCTIONS[function], "Arn"), function
        expected = f"arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/{group['Name']}/*"
        assert permission["SourceArn"] == expected, permission["SourceArn"]
    names = {t.full.properties(name)["Name"] for name in GROUPS.values()}
    assert len(names) == len(GROUPS), "a target group's name is unique in a region"


@invariant
def every_cookie_of_an_answer_reaches_the_browser(t):
    for name in GROUPS.values():
        attributes = _attributes(t.full.properties(name).get("TargetGroupAttributes", []))
        assert attributes.get("lambda.multi_value_headers.enabled") == "true", name


@invariant
def the_load_balancer_reaches_cognito(t):
    group = t.full.one("AWS::EC2::SecurityGroup")
    ways_out = group.get("SecurityGroupEgress", [])
    https = [w for w in ways_out if w["CidrIp"] == "0.0.0.0/0" and w["FromPort"] <= 443 <= w["ToPort"]]
    assert https, "sign-in fails without 443 out"
    assert all(w["FromPort"] == w["ToPort"] == 443 for w in ways_out), "and nothing else is needed"


@invariant
def only_web_ports_are_open(t):
    ways_in = t.full.one("AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert {(w["FromPort"], w["ToPort"]) for w in ways_in} == {(443, 443), (80, 80)}


@invariant
def every_request_to_a_function_is_signed_in(t):
    for stack in (t.full, t.borrowed):
        for function, rule in forwarding(stack).items():
            actions = sorted(rule["Actions"], key=lambda a: a["Order"])
            assert [a["Type"] for a in actions] == ["authenticate-cognito", "forward"], function
            assert sign_in(stack, function).get("OnUnauthenticatedRequest", "authenticate") == "authenticate", function
    for listener in t.full.there_are("AWS::ElasticLoadBalancingV2::Listener").values():
        assert all(a["Type"] != "forward" for a in listener["DefaultActions"])


@invariant
def another_host_name_gets_404(t):
    listeners = t.full.there_are("AWS::ElasticLoadBalancingV2::Listener").values()
    (https,) = [listener for listener in listeners if listener["Protocol"] == "HTTPS"]
    (action,) = https["DefaultActions"]
    assert action["Type"] == "fixed-response" and action["FixedResponseConfig"]["StatusCode"] == "404"
    for stack in (t.full, t.borrowed):
        for rule in stack.there_are("AWS::ElasticLoadBalancingV2::ListenerRule").values():
            hosts = [c["HostHeaderConfig"]["Values"] for c in rule["Conditions"] if c["Field"] == "host-header"]
            assert hosts == [["vpn.example.com"]], "a rule is for our host alone"


@invariant
def plain_http_is_sent_to_https(t):
    listeners = t.full.there_are("AWS::ElasticLoadBalancingV2::Listener").values()
    for listener in listeners:
        if listener["Protocol"] != "HTTPS":
            (action,) = listener["DefaultActions"]
            assert action["Type"] == "redirect"
            assert (action["RedirectConfig"]["Protocol"], action["RedirectConfig"]["Port"]) == ("HTTPS", "443")


@invariant
def the_signed_out_page_needs_no_sign_in(t):
    rules = t.full.there_are("AWS::ElasticLoadBalancingV2::ListenerRule").values()
    (page,) = [r for r in rules if all(a["Type"] == "fixed-response" for a in r["Actions"])]
    paths = [c["PathPatternConfig"]["Values"] for c in page["Conditions"] if c["Field"] == "path-pattern"]
    assert paths == [["/signed-out"]]
    assert int(page["Priority"]) < int(forwarding(t.full)["associate"]["Priority"]), "it has to come before the sign-in"
    (action,) = page["Actions"]
    assert len(action["FixedResponseConfig"]["MessageBody"]) <= 1024, "a fixed response's limit"


@invariant
def a_session_ends_with_the_working_day_and_has_the_cookie_that_sign_out_expires(t):
    config = sign_in(t.full)
    assert config.get("SessionCookieName", "AWSELBAuthSessionCookie") == "AWSELBAuthSessionCookie"
    for hours in t.written["Parameters"]["SessionHours"]["AllowedValues"]:
        timeout = sign_in(t.stack(t.full.parameters | {"SessionHours": hours}))["SessionTimeout"]
        assert int(timeout) == int(hours) * 3600
    assert 8 * 3600 <= int(config["SessionTimeout"]) <= 12 * 3600


@invariant
def both_functions_have_one_sign_in_and_one_cookie(t):
    for name, stack in t.stacks().items():
        audit, associate = sign_in(stack, "audit"), sign_in(stack, "associate")
        assert audit == associate, f"{name}: one sign-in would not do for both, or one sign-out not end both"


@invariant
def administrators_pages_lead_to_their_function_and_nothing_else_does(t):
    for stack in (t.full, t.borrowed):
        rules = forwarding(stack)
        for function, rule in rules.items():
            (target,) = [a["TargetGroupArn"] for a in rule["Actions"] if a["Type"] == "forward"]
            group = stack.properties(GROUPS[function])
            assert target.split("/")[1] in (group["Name"], GROUPS[function]), f"the rule of {function} leads elsewhere"
            assert group["Targets"] == [{"Id": stack._attribute(FUNCTIONS[function], "Arn")}], function
        paths = {f: [c["PathPatternConfig"]["Values"] for c in r["Conditions"] if c["Field"] == "path-pattern"]
                 for f, r in rules.items()}
        assert paths == {"audit": [["/audit", "/audit/*"]], "associate": []}, "not /audit* either: /auditors is no page of it"
        assert int(rules["audit"]["Priority"]) < int(rules["associate"]["Priority"]), "the other rule takes every path"


@invariant
def an_update_renumbers_no_rule_and_every_priority_exists(t):
    """What live stacks have: CloudFormation would have to move a rule to a priority that the other one still holds."""
    bounds = t.written["Parameters"]["ListenerRulePriority"]
    for first in (bounds["MinValue"], bounds["Default"], bounds["MaxValue"]):
        stack = t.stack(t.full.parameters | {"ListenerRulePriority": str(first)})
        priorities = {name: int(r["Priority"]) for name, r in stack.there_are("AWS::ElasticLoadBalancingV2::ListenerRule").items()}
        assert priorities == {
            "AuditRule": 10 * first, "SignedOutRule": 10 * first + 1, "AssociateRule": 10 * first + 2}, "as in live stacks"
        assert 1 <= min(priorities.values()) and max(priorities.values()) <= LAST_PRIORITY, "there is no such priority"
    for text in (bounds["Description"], t.written["Parameters"]["ExistingListenerArn"]["Description"]):
        assert "three rules" in text.lower(), "an administrator of the listener must know how many there are"


@invariant
def what_is_given_is_not_made(t):
    made = {kind["Type"] for name, kind in t.expanded["Resources"].items() if t.borrowed.exists(name)}
    for kind in ("LoadBalancer", "Listener"):
        assert f"AWS::ElasticLoadBalancingV2::{kind}" not in made
    for kind in ("AWS::Cognito::UserPool", "AWS::CertificateManager::Certificate", "AWS::Route53::RecordSet"):
        assert kind not in made
    listener = t.borrowed.parameters["ExistingListenerArn"]
    rules = t.borrowed.there_are("AWS::ElasticLoadBalancingV2::ListenerRule").values()
    assert all(rule["ListenerArn"] == listener for rule in rules)
    certificate = t.stack(t.full.parameters | {"CertificateArn": "arn:theirs"})
    listeners = certificate.there_are("AWS::ElasticLoadBalancingV2::Listener").values()
    https = [listener for listener in listeners if listener["Protocol"] == "HTTPS"]
    assert https[0]["Certificates"] == [{"CertificateArn": "arn:theirs"}]
