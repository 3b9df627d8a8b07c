"""Metrics, alarms, the dashboard, and who receives them."""

import json
import re

from subject import FUNCTIONS, facts

from . import invariant

# AWS's own metrics that are looked at, with the one dimension that each has.
_AWS = {("AWS/Lambda", "Errors"): "FunctionName", ("AWS/Lambda", "Duration"): "FunctionName",
        ("AWS/Lambda", "Throttles"): "FunctionName",
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): "QueueName"}


def _emitted():
    """(namespace, name, dimensions, function) of each metric that a function emitted in a day."""
    return {(m["namespace"], m["name"], tuple(sorted(m["dimensions"])), m["function"]) for m in facts()["metrics"]}


def _exists(t, namespace, name, dimensions):
    """Whether this metric is emitted with exactly these dimensions."""
    if (namespace, name) in _AWS:
        (dimension, value), = dimensions.items()
        kind, property_ = {"FunctionName": ("AWS::Lambda::Function", "FunctionName"),
                           "QueueName": ("AWS::SQS::Queue", "QueueName")}[dimension]
        made = {r[property_] for r in t.full.there_are(kind).values()}
        return _AWS[namespace, name] == dimension and value in made
    names = {t.full.properties(resource)["FunctionName"]: function for function, resource in FUNCTIONS.items()}
    function = names.get(dimensions.get("FunctionName"))
    return (namespace, name, tuple(sorted(dimensions)), function) in _emitted()


def _watched(alarm):
    """(namespace, name, dimensions) of an alarm."""
    return alarm["Namespace"], alarm["MetricName"], {d["Name"]: d["Value"] for d in alarm["Dimensions"]}


def _shown(t):
    """The same of each metric of the dashboard."""
    metrics, searches = [], []
    for widget in _widgets(t):
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], dict):
                searches.append(row[0]["expression"])
                continue
            namespace, name, *rest = [part for part in row if not isinstance(part, dict)]
            metrics.append((namespace, name, dict(zip(rest[::2], rest[1::2]))))
    return metrics, searches


def _widgets(t):
    return json.loads(t.full.one("AWS::CloudWatch::Dashboard")["DashboardBody"])["widgets"]


_SEARCH = re.compile(r"SEARCH\('\{(\w+),([\w,]+)\} FunctionName=\"([\w-]+)\" MetricName=\"(\w+)\"', '\w+', \d+\)")


@invariant
def no_log_level_filters_the_metrics_out(t):
    for function, name in FUNCTIONS.items():
        level = t.full.properties(name)["LoggingConfig"].get("ApplicationLogLevel", "INFO")
        assert level in ("TRACE", "DEBUG", "INFO"), f"{function}: Lambda drops lines below {level}, and metrics are such lines"


@invariant
def alarms_watch_existing_metrics(t):
    for name, alarm in t.full.there_are("AWS::CloudWatch::Alarm").items():
        metric = _watched(alarm)
        assert _exists(t, *metric), f"{name}: no function emits {metric}"


@invariant
def the_dashboard_shows_existing_metrics(t):
    metrics, searches = _shown(t)
    for metric in metrics:
        assert _exists(t, *metric), f"no function emits {metric}"
    for search in searches:
        namespace, dimensions, function, name = _SEARCH.fullmatch(search).groups()
        assert function == "vpn-reaper"
        assert (namespace, name, tuple(sorted(dimensions.split(","))), "reaper") in _emitted(), search
    alarms = {t.full._attribute(name, "Arn") for name in t.full.there_are("AWS::CloudWatch::Alarm")}
    (shown,) = [w["properties"]["alarms"] for w in _widgets(t) if w["type"] == "alarm"]
    assert set(shown) == alarms, "every alarm stands on the dashboard"


@invariant
def every_metric_is_watched(t):
    metrics, searches = _shown(t)
    alarms = [_watched(alarm) for alarm in t.full.there_are("AWS::CloudWatch::Alarm").values()]
    seen = {(name, dimensions.get("FunctionName")) for _, name, dimensions in metrics + alarms}
    seen |= {_SEARCH.fullmatch(search).group(4, 3) for search in searches}
    missing = {(name, f"vpn-{function}") for _, name, _, function in _emitted()} - seen
    assert not missing, f"a metric that is not watched costs money: {missing}"


@invariant
def widgets_do_not_overlap(t):
    taken = set()
    for w in _widgets(t):
        cells = {(x, y) for x in range(w["x"], w["x"] + w["width"]) for y in range(w["y"], w["y"] + w["height"])}
        assert not cells & taken and w["x"] + w["width"] <= 24, w["properties"]["title"]
        taken |= cells


@invariant
def missing_sweeps_are_an_alarm(t):
    alarm = t.full.properties("NoSweepAlarm")
    assert alarm["MetricName"] == "Sweeps" and alarm["Statistic"] == "Sum"
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 900
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching", "no sweep, no data"


@invariant
def alarms_fire_when_they_should(t):
    expected = {
        "FailedStartAlarm": ("GreaterThanOrEqualToThreshold", 1),
        "FailedStartInSweepAlarm": ("GreaterThanOrEqualToThreshold", 1), "SlowStartAlarm": ("GreaterThanThreshold", 30),
        "MissedBookingAlarm": ("GreaterThanOrEqualToThreshold", 1),
        "StuckStopAlarm": ("GreaterThanThreshold", 30), "UpTooLongAlarm": ("GreaterThanThreshold", 24),
        "AssociateErrorsAlarm": ("GreaterThanOrEqualToThreshold", 1), "ReaperErrorsAlarm": ("GreaterThanOrEqualToThreshold", 1),
        "AuditErrorsAlarm": ("GreaterThanOrEqualToThreshold", 1), "AuditThrottledAlarm": ("GreaterThanOrEqualToThreshold", 1),
        "AuditSlowAlarm": ("GreaterThanThreshold", 20_000),
        "FailedSweepsAlarm": ("GreaterThanOrEqualToThreshold", 1), "LostEventsAlarm": ("GreaterThanOrEqualToThreshold", 1),
    }
    alarms = t.full.there_are("AWS::CloudWatch::Alarm")
    assert set(alarms) == set(expected) | {"NoSweepAlarm"}
    for name, (operator, threshold) in expected.items():
        alarm = alarms[name]
        assert (alarm["ComparisonOperator"], int(alarm["Threshold"])) == (operator, threshold), name
        assert alarm["TreatMissingData"] == "notBreaching", f"{name}: quiet times are no alarm"


@invariant
def each_function_is_watched_for_errors_and_the_audit_function_before_it_runs_out_of_time(t):
    watched = {}
    for alarm in t.full.there_are("AWS::CloudWatch::Alarm").values():
        if alarm["Namespace"] == "AWS/Lambda":
            watched[alarm["Dimensions"][0]["Value"], alarm["MetricName"]] = alarm["Statistic"], int(alarm["Threshold"])
    names = {function: t.full.properties(resource)["FunctionName"] for function, resource in FUNCTIONS.items()}
    for function, name in names.items():
        assert watched.get((name, "Errors")) == ("Sum", 1), function
    assert watched.get((names["audit"], "Throttles")) == ("Sum", 1)
    statistic, slow = watched[names["audit"], "Duration"]
    limit = t.full.properties(FUNCTIONS["audit"])["Timeout"] * 1000
    assert statistic == "Maximum" and limit / 2 < slow < limit, "milliseconds, and late enough to mean something"
    shown = {(name, dimensions["FunctionName"]) for namespace, name, dimensions in _shown(t)[0] if namespace == "AWS/Lambda"}
    assert {(metric, name) for metric in ("Errors", "Duration") for name in names.values()} <= shown, "and on the dashboard"


@invariant
def every_alarm_has_a_receiver(t):
    for stack in (t.full, t.borrowed):
        for name, alarm in stack.there_are("AWS::CloudWatch::Alarm").items():
            assert alarm.get("ActionsEnabled", True) and len(alarm.get("AlarmActions", [])) == 1, name
            assert alarm["AlarmActions"][0].endswith(":AlarmTopic"), name
            assert "docs/operate.md" in alarm["AlarmDescription"], name
    topic = t.full.properties("AlarmTopic")
    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": "operators@example.com"}]


@invariant
def cloudwatch_may_publish_to_the_topic(t):
    topic = t.full.properties("AlarmTopic")
    assert "alias/aws/sns" not in str(topic.get("KmsMasterKeyId", "")), "CloudWatch cannot use that key"
    policy = t.full.one("AWS::SNS::TopicPolicy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"} and statement["Action"] == "sns:Publish"
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert policy["Topics"] == [statement["Resource"]]


@invariant
def operators_find_each_alarm_in_the_documents(t):
    from source import ROOT
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for alarm in t.full.there_are("AWS::CloudWatch::Alarm").values():
        suffix = alarm["AlarmName"].removeprefix("vpn-")
        assert f"`…-{suffix}`" in text, f"docs/operate.md does not explain {suffix}"
