"""The sweeps."""

import iam

from . import invariant


@invariant
def a_sweep_comes_each_minute_and_is_not_retried(t):
    schedule = t.full.one("AWS::Scheduler::Schedule")
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["State"] == "ENABLED" and schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["Arn"] == t.full._attribute("ReaperFunction", "Arn")
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    invocation = t.full.one("AWS::Lambda::EventInvokeConfig")
    assert invocation["MaximumRetryAttempts"] == 0 and invocation["Qualifier"] == "$LATEST"


@invariant
def two_stacks_do_not_share_a_schedule(t):
    assert "vpn" in t.full.one("AWS::Scheduler::Schedule").get("Name", ""), "SAM and Scheduler would name it alike"


@invariant
def failures_end_in_a_queue_that_the_roles_may_write_to(t):
    schedule, invocation = t.full.one("AWS::Scheduler::Schedule"), t.full.one("AWS::Lambda::EventInvokeConfig")
    queue = t.full._attribute("FailedSweeps", "Arn")
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": queue}
    assert invocation["DestinationConfig"].get("OnFailure") == {"Destination": queue}
    for role in ("ReaperRole", "SweepRole"):
        assert ("sqs:SendMessage", queue) in iam.granted(t.full.properties(role)), role
    lost = t.full._attribute("LostEvents", "Arn")
    for pipe in t.full.there_are("AWS::Pipes::Pipe").values():
        assert pipe["SourceParameters"]["DynamoDBStreamParameters"]["DeadLetterConfig"] == {"Arn": lost}
    assert ("sqs:SendMessage", lost) in iam.granted(t.full.properties("PipeRole"))


@invariant
def the_schedule_and_the_pipes_may_do_their_work(t):
    assert iam.granted(t.full.properties("SweepRole")) >= {
        ("lambda:InvokeFunction", t.full._attribute("ReaperFunction", "Arn"))}
    stream = t.full._attribute("AuditTable", "StreamArn")
    granted = iam.granted(t.full.properties("PipeRole"))
    for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
        assert (f"dynamodb:{action}", stream) in granted
    for pipe in t.full.there_are("AWS::Pipes::Pipe").values():
        assert ("sns:Publish", pipe["Target"]) in granted
