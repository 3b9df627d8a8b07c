"""The load balancer and what stands behind it."""

from subject import rule_with_forward, sign_in

from . import invariant


def _named(t, kind):
    return {name: r for name, r in t.expanded["Resources"].items() if r["Type"] == kind}


def _attributes(pairs):
    return {pair["Key"]: pair["Value"] for pair in pairs}


@invariant
def the_target_group_waits_for_the_permission(t):
    (group,) = _named(t, "AWS::ElasticLoadBalancingV2::TargetGroup").values()
    waits = group.get("DependsOn", [])
    waits = waits if isinstance(waits, list) else [waits]
    permissions = _named(t, "AWS::Lambda::Permission")
    assert any(name in permissions for name in waits), "registering a function needs the permission first"


@invariant
def the_permission_is_for_this_target_group_alone(t):
    group = t.full.one("AWS::ElasticLoadBalancingV2::TargetGroup")
    permission = t.full.one("AWS::Lambda::Permission")
    assert len(group["Name"]) <= 32, "a target group's name has 32 characters at most"
    assert permission["Principal"] == "elasticloadbalancing.amazonaws.com"
    expected = f"arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/{group['Name']}/*"
    assert permission["SourceArn"] == expected, permission["SourceArn"]


@invariant
def every_cookie_of_an_answer_reaches_the_browser(t):
    group = t.full.one("AWS::ElasticLoadBalancingV2::TargetGroup")
    attributes = _attributes(group.get("TargetGroupAttributes", []))
    assert attributes.get("lambda.multi_value_headers.enabled") == "true"


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
        actions = sorted(rule_with_forward(stack)["Actions"], key=lambda a: a["Order"])
        assert [a["Type"] for a in actions] == ["authenticate-cognito", "forward"]
        assert sign_in(stack).get("OnUnauthenticatedRequest", "authenticate") == "authenticate"
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
    assert int(page["Priority"]) < int(rule_with_forward(t.full)["Priority"]), "it has to come before the sign-in"
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
