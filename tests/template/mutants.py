"""The template, broken on purpose: each mutant in one place, under the invariant that has to notice it."""

import json
from dataclasses import dataclass
from typing import Callable

from source import written

ALL = []


@dataclass(frozen=True)
class Mutant:
    name: str
    noticed_by: str
    change: Callable

    def template(self):
        template = written()
        before = json.dumps(template, sort_keys=True)
        self.change(template)
        assert json.dumps(template, sort_keys=True) != before, "it changes nothing"
        return template


def noticed(by, **mutants):
    """Mutants of one invariant: name and change of each."""
    ALL.extend(Mutant(name, by, change) for name, change in mutants.items())


# A path leads from the template down: /Parameters/SweepRate/Default; without the slash, from a resource's properties:
# AuditTable/DeletionProtectionEnabled. In a list a number is a place, anything else a statement's Sid.


def _step(holder, key):
    if isinstance(holder, dict):
        return key
    return int(key) if key.isdigit() else next(i for i, statement in enumerate(holder) if statement.get("Sid") == key)


def _at(template, path):
    """The holder and the key of what stands at a path."""
    if path.startswith("/"):
        keys = path[1:].split("/")
    else:
        resource, *rest = path.split("/")
        keys = ["Resources", resource, "Properties", *rest]
    holder = template
    for key in keys[:-1]:
        holder = holder[_step(holder, key)]
    return holder, _step(holder, keys[-1])


def _get(template, path):
    holder, key = _at(template, path)
    return holder[key]


def put(path, value):
    def change(template):
        holder, key = _at(template, path)
        holder[key] = value

    return change


def delete(path):
    def change(template):
        holder, key = _at(template, path)
        del holder[key]

    return change


def append(path, value):
    return lambda template: _get(template, path).append(value)


def remove(path, value):
    return lambda template: _get(template, path).remove(value)


def replace(path, old, new):
    def change(template):
        text = _get(template, path)
        assert old in text
        put(path, text.replace(old, new, 1))(template)

    return change


def swap(one, other):
    def change(template):
        first, second = _get(template, one), _get(template, other)
        put(one, second)(template)
        put(other, first)(template)

    return change


def both(*changes):
    def change(template):
        for one in changes:
            one(template)

    return change


def _statements(role):
    return f"{role}/Policies/0/PolicyDocument/Statement"


def _resource(role, sid):
    return f"{_statements(role)}/{sid}/Resource"


def _arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


SIGN_IN = "AssociateRule/Actions/0/AuthenticateCognitoConfig"
AUDIT_SIGN_IN = "AuditRule/Actions/0/AuthenticateCognitoConfig"
VARIABLES = "/Globals/Function/Environment/Variables"
ASSOCIATE_VARIABLES = "AssociateFunction/Environment/Variables"
GROUPS = "/Metadata/AWS::CloudFormation::Interface/ParameterGroups"
DASHBOARD = "Dashboard/DashboardBody/Fn::Sub/0"
NEWS = "AuditEvents"
FILTERS = "AuditChanges/SourceParameters/FilterCriteria/Filters"

# The way in

noticed("the_target_group_waits_for_the_permission",
        no_order_between_target_group_and_permission=delete("/Resources/AssociateTargetGroup/DependsOn"),
        the_wrong_permission_is_waited_for=put("/Resources/AuditTargetGroup/DependsOn", "AssociatePermission"))
noticed("the_permission_is_for_this_target_group_alone",
        any_target_group_may_invoke=put("AssociatePermission/SourceArn", {
            "Fn::Sub": "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/*"}),
        the_target_group_has_another_name_than_the_permission=put("AssociateTargetGroup/Name/Fn::Sub/0", "vpn-page-${Id}"),
        the_permission_is_for_the_other_function=put("AuditPermission/FunctionName", {"Fn::GetAtt": ["AssociateFunction", "Arn"]}))
noticed("every_cookie_of_an_answer_reaches_the_browser",
        single_value_headers=delete("AssociateTargetGroup/TargetGroupAttributes"),
        single_value_headers_for_administrators=delete("AuditTargetGroup/TargetGroupAttributes"))
noticed("the_load_balancer_reaches_cognito",
        no_way_out=put("LoadBalancerSecurityGroup/SecurityGroupEgress", [
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "127.0.0.1/32", "Description": "Nowhere"}]))
noticed("only_web_ports_are_open",
        a_port_too_many=append("LoadBalancerSecurityGroup/SecurityGroupIngress", {
            "IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "CidrIp": "0.0.0.0/0", "Description": "For tests"}))
noticed("every_request_to_a_function_is_signed_in",
        unauthenticated_requests_pass=put(f"{SIGN_IN}/OnUnauthenticatedRequest", "allow"),
        unauthenticated_requests_pass_to_the_audit_pages=put(f"{AUDIT_SIGN_IN}/OnUnauthenticatedRequest", "allow"),
        the_function_comes_before_the_sign_in=both(
            put("AssociateRule/Actions/0/Order", 2), put("AssociateRule/Actions/1/Order", 1)))
noticed("another_host_name_gets_404",
        an_open_default_action=put("HttpsListener/DefaultActions", [
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Host": "www.example.com", "StatusCode": "HTTP_302"}}]),
        a_rule_for_every_host=put("AssociateRule/Conditions", [
            {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]))
noticed("plain_http_is_sent_to_https",
        plain_http_is_sent_to_a_closed_port=put("HttpListener/DefaultActions/0/RedirectConfig/Port", "8443"))
noticed("the_signed_out_page_needs_no_sign_in",
        the_signed_out_page_comes_after_the_sign_in=put("SignedOutRule/Priority", {"Fn::Sub": "${ListenerRulePriority}3"}))
noticed("a_session_ends_with_the_working_day_and_has_the_cookie_that_sign_out_expires",
        a_session_of_a_week=put("/Mappings/Session/Seconds/10", "604800"),
        a_cookie_that_sign_out_does_not_know=put(f"{SIGN_IN}/SessionCookieName", "VpnSession"))
noticed("both_functions_have_one_sign_in_and_one_cookie",
        audit_pages_with_a_cookie_of_their_own=put(f"{AUDIT_SIGN_IN}/SessionCookieName", "AuditSession"),
        a_longer_session_for_administrators=put(f"{AUDIT_SIGN_IN}/SessionTimeout", 604800))
noticed("administrators_pages_lead_to_their_function_and_nothing_else_does",
        audit_pages_lead_to_the_employees_function=put(
            "AuditRule/Actions/1/TargetGroupArn", {"Ref": "AssociateTargetGroup"}),
        the_audit_target_group_has_the_other_function=put("AuditTargetGroup/Targets/0/Id", _arn("AssociateFunction")),
        the_first_page_is_forgotten=put("AuditRule/Conditions/1/PathPatternConfig/Values", ["/audit/*"]),
        pages_that_only_begin_alike=put("AuditRule/Conditions/1/PathPatternConfig/Values", ["/audit*"]))
noticed("an_update_renumbers_no_rule_and_every_priority_exists",
        the_audit_rule_moves_the_others=both(
            put("AuditRule/Priority", {"Fn::Sub": "${ListenerRulePriority}1"}),
            put("SignedOutRule/Priority", {"Fn::Sub": "${ListenerRulePriority}2"}),
            put("AssociateRule/Priority", {"Fn::Sub": "${ListenerRulePriority}3"})),
        the_audit_rule_comes_too_late=put("AuditRule/Priority", {"Fn::Sub": "${ListenerRulePriority}3"}),
        priorities_beyond_the_last=put("/Parameters/ListenerRulePriority/MaxValue", 5000),
        two_priorities_for_three_rules=put(
            "/Parameters/ListenerRulePriority/Description",
            "Priority of the two rules in the listener. 10 takes the priorities 101 and 102, which must be free."))
noticed("what_is_given_is_not_made",
        a_given_certificate_is_ignored=put("/Conditions/OwnCertificate/Fn::And/1", {
            "Fn::Not": [{"Fn::Equals": [{"Ref": "HostName"}, ""]}]}))

# Identity

noticed("the_client_has_a_secret",
        a_client_without_a_secret=put("UserPoolClient/GenerateSecret", False))
noticed("the_client_uses_the_code_flow_alone",
        the_implicit_flow=put("UserPoolClient/AllowedOAuthFlows", ["code", "implicit"]),
        passwords_at_the_client=append("UserPoolClient/ExplicitAuthFlows", "ALLOW_USER_PASSWORD_AUTH"))
noticed("the_client_returns_to_the_load_balancer",
        a_wrong_callback=put("UserPoolClient/CallbackURLs", [{"Fn::Sub": "https://${HostName}/callback"}]))
noticed("sign_in_asks_for_openid_and_email",
        openid_is_not_asked_for=put(f"{SIGN_IN}/Scope", "email"),
        more_is_asked_for_than_the_client_allows=put(f"{SIGN_IN}/Scope", "openid email profile"))
noticed("there_is_no_sign_up",
        sign_up_is_open=put("UserPool/AdminCreateUserConfig/AllowAdminCreateUserOnly", False))
noticed("the_pool_has_the_issuer_that_load_balancers_know",
        the_issuer_that_cognito_recommends=put("UserPool/IssuerConfiguration/Type", "UPDATED"),
        the_issuer_is_left_to_cognito=delete("UserPool/IssuerConfiguration"))
noticed("saml_is_there_once_its_metadata_is",
        saml_without_metadata=put("/Resources/SamlProvider/Condition", "OwnUserPool"),
        passwords_beside_saml=put("UserPoolClient/SupportedIdentityProviders/Fn::If/1", [{"Ref": "SamlProvider"}, "COGNITO"]))
noticed("a_person_can_sign_in_twice",
        an_address_that_cannot_change=put("UserPool/Schema/0/Mutable", False))
noticed("the_function_trusts_its_own_load_balancer_and_pool",
        the_stacks_pool_is_trusted_though_another_is_given=put(
            f"{ASSOCIATE_VARIABLES}/OIDC_CLIENT_ID", {"Ref": "ExistingUserPoolClientId"}),
        the_audit_function_trusts_another_client=put(
            "AuditFunction/Environment/Variables/OIDC_CLIENT_ID", {"Ref": "ExistingUserPoolClientId"}),
        the_listener_is_taken_for_the_signer=put(f"{ASSOCIATE_VARIABLES}/ALB_ARN/Fn::If/2", {"Ref": "ExistingListenerArn"}))
noticed("signing_out_leads_to_cognito_and_back",
        sign_out_leads_to_a_page_that_the_client_does_not_know=replace(
            f"{ASSOCIATE_VARIABLES}/SIGN_OUT_URL/Fn::Sub/0", "signed-out", "bye"))
noticed("the_outputs_say_what_to_enter_for_saml",
        the_wrong_audience=put("/Outputs/SamlAudience/Value", {"Fn::Sub": "urn:amazon:cognito:sp:${UserPoolClient}"}))

# Data

noticed("the_tables_are_those_of_the_contract",
        an_index_that_is_not_projected=put("AuditTable/GlobalSecondaryIndexes/0/Projection", {"ProjectionType": "KEYS_ONLY"}),
        expiry_by_another_attribute=put("LeaseTable/TimeToLiveSpecification/AttributeName", "ttl"))
noticed("the_audit_table_survives",
        the_audit_table_goes_with_the_stack=put("/Resources/AuditTable/DeletionPolicy", "Delete"),
        the_audit_table_can_be_deleted_by_hand=put("AuditTable/DeletionProtectionEnabled", False))
noticed("every_change_of_a_record_is_reported_and_expiry_is_not",
        overwriting_is_not_reported=delete(f"{FILTERS}/0"),
        expiry_is_reported_as_tampering=put(f"{FILTERS}/1/Pattern", '{"eventName": ["REMOVE"]}'))
noticed("the_event_topic_leaves_out_connections_and_downloads",
        every_connection_goes_to_the_event_topic=put(
            "AuditEvents/SourceParameters/FilterCriteria/Filters", [{"Pattern": '{"eventName": ["INSERT"]}'}]),
        missed_bookings_are_no_news=replace(f"{NEWS}/SourceParameters/FilterCriteria/Filters/0/Pattern", '"booking.missed", ', ""),
        colleagues_learn_who_booked=replace(
            f"{NEWS}/SourceParameters/FilterCriteria/Filters/0/Pattern", '"booking.missed"', '{"prefix": "booking."}'))
noticed("a_chat_gets_the_form_that_its_service_takes_and_mails_get_a_sentence",
        a_sentence_that_the_chat_service_drops=put(f"{NEWS}/TargetParameters/InputTemplate/Fn::If/1", '"<$.dynamodb.NewImage.reason.S>"'),
        another_source=replace(f"{NEWS}/TargetParameters/InputTemplate/Fn::If/1", '"custom"', '"vpn"'),
        mails_in_the_form_of_the_chat=put("/Conditions/SendsToChat", {"Fn::Equals": [{"Ref": "SendAuditEvents"}, "true"]}))

# Rights

noticed("every_role_is_spelt_out",
        a_full_access_policy=put("ReaperRole/ManagedPolicyArns", [
            {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonEC2FullAccess"}]),
        all_of_ec2_on_the_endpoints=put(f"{_statements('ReaperRole')}/ManagedEndpoints/Action", "ec2:*"),
        all_of_ec2_on_everything=put(f"{_statements('ReaperRole')}/AnyEndpointsDescription/Action", "ec2:*"),
        a_role_that_sam_makes=delete("ReaperFunction/Role"))
noticed("rights_name_the_resources_that_their_action_knows",
        a_description_of_one_endpoint_alone=lambda template: put(
            _resource("ReaperRole", "AnyEndpointsDescription"),
            _get(template, _resource("ReaperRole", "ManagedEndpoints"))[0])(template),
        logs_anywhere=put(_resource("ReaperRole", "Logs"), "*"),
        a_stream_taken_for_its_table=put(_resource("PipeRole", "AuditStream"), _arn("AuditTable")))
noticed("only_managed_endpoints_and_given_subnets_can_be_changed",
        any_endpoint_of_the_account=put(_resource("ReaperRole", "ManagedEndpoints"), {
            "Fn::Sub": "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:client-vpn-endpoint/*"}),
        the_second_endpoint_is_forgotten=delete(f"{_resource('AssociateRole', 'ManagedEndpoints')}/1"),
        any_subnet=put(_resource("AssociateRole", "GivenSubnets"), "arn:aws:ec2:*:*:subnet/*"))
noticed("routes_between_clients_can_be_made_again",
        routes_between_clients_are_forgotten=delete(f"{_statements('ReaperRole')}/RoutesBetweenClients"))
noticed("records_are_put_and_never_changed",
        records_can_be_updated=put(
            f"{_statements('AssociateRole')}/AuditTable/Action", ["dynamodb:PutItem", "dynamodb:UpdateItem"]),
        records_can_be_deleted=append(_statements("ReaperRole"), {
            "Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": _arn("AuditTable")}))
noticed("leases_and_bookings_are_marked_and_never_deleted",
        bookings_can_be_deleted=append(f"{_statements('ReaperRole')}/LeaseTable/Action", "dynamodb:DeleteItem"),
        leases_can_be_deleted_in_a_batch=append(f"{_statements('AssociateRole')}/LeaseTable/Action", "dynamodb:BatchWriteItem"))
noticed("the_audit_function_reads_and_puts_records_of_no_endpoint",
        records_of_endpoints_can_be_forged=delete(f"{_statements('AuditRole')}/RecordsOfItsOwn/Condition"),
        a_request_without_a_partition_passes=delete(f"{_statements('AuditRole')}/RecordsOfItsOwn/Condition/Null"),
        one_endpoint_can_be_forged=append(
            f"{_statements('AuditRole')}/RecordsOfItsOwn/Condition/ForAllValues:StringEquals/dynamodb:LeadingKeys",
            "cvpn-endpoint-0a1b2c3d4e5f60718"),
        leases_can_be_written=append(f"{_statements('AuditRole')}/LeaseTable/Action", "dynamodb:UpdateItem"),
        whole_tables_can_be_scanned=append(f"{_statements('AuditRole')}/AuditTable/Action", "dynamodb:Scan"),
        ec2_can_be_read=append(_statements("AuditRole"), {
            "Effect": "Allow", "Action": "ec2:DescribeClientVpnEndpoints", "Resource": "*"}))
noticed("a_right_to_read_the_audit_table_includes_its_indexes",
        an_index_that_administrators_cannot_read=put(_resource("AuditRole", "AuditIndexes"), {
            "Fn::Sub": "${AuditTable.Arn}/index/by-actor"}),
        a_missing_index=put(f"{_statements('AssociateRole')}/AuditTable/Action", ["dynamodb:PutItem", "dynamodb:Query"]))
noticed("each_function_writes_its_own_log_alone",
        the_other_functions_log=put(_resource("ReaperRole", "Logs"), _arn("AssociateLogGroup")),
        the_administrators_function_writes_elsewhere=put(_resource("AuditRole", "Logs"), _arn("AssociateLogGroup")))
noticed("services_act_for_this_account_alone",
        schedules_of_other_accounts=delete("SweepRole/AssumeRolePolicyDocument/Statement/0/Condition"))

# Schedule

noticed("a_sweep_comes_each_minute_and_is_not_retried",
        a_sweep_each_hour=both(
            append("/Parameters/SweepRate/AllowedValues", "rate(1 hour)"), put("/Parameters/SweepRate/Default", "rate(1 hour)")),
        sweeps_pile_up=put("ReaperInvocation/MaximumRetryAttempts", 2))
noticed("two_stacks_do_not_share_a_schedule",
        two_stacks_collide=put("Sweep/Name", "reaper-sweep"))
noticed("failures_end_in_a_queue_that_the_roles_may_write_to",
        a_queue_without_the_right_to_write=delete(f"{_statements('ReaperRole')}/FailedSweeps"),
        failures_of_the_function_vanish=delete("ReaperInvocation/DestinationConfig/OnFailure"))
noticed("the_schedule_and_the_pipes_may_do_their_work",
        the_schedule_may_invoke_another_function=put(_resource("SweepRole", "Reaper"), _arn("AssociateFunction")))

# Variables and parameters

noticed("every_function_gets_the_variables_that_it_reads",
        a_variable_is_forgotten=both(
            delete(f"{VARIABLES}/OVERNIGHT_STALE_CONNECTION_MINUTES"), delete("/Parameters/OvernightStaleConnectionMinutes"),
            remove(f"{GROUPS}/2/Parameters", "OvernightStaleConnectionMinutes")),
        the_page_does_not_know_the_administrators=both(
            delete("AssociateFunction/Environment/Variables/ADMIN_EMAILS"),
            delete("ReaperFunction/Environment/Variables/ADMIN_EMAILS"),
            delete("AuditFunction/Environment/Variables/ADMIN_EMAILS"), delete("/Parameters/AdminEmails"),
            remove(f"{GROUPS}/1/Parameters", "AdminEmails")),
        the_audit_function_gets_what_it_does_not_read=put("AuditFunction/Environment/Variables/DRY_RUN", {"Ref": "DryRun"}),
        office_hours_are_for_one_function=put(f"{VARIABLES}/OFFICE_HOURS", {"Ref": "OfficeHours"}),
        a_variable_that_no_function_reads=put(f"{VARIABLES}/IDLE_MINUTES", "60"))
noticed("the_longest_lists_fit_into_an_environment",
        lists_without_end=put("/Parameters/AdminEmails/MaxLength", 4000),
        every_holiday_of_a_century=put("/Parameters/Holidays/MaxLength", 4000))
noticed("defaults_are_those_of_the_code",
        another_default=put("/Parameters/IdleTimeoutMinutes/Default", 15),
        office_hours_of_another_company=put("/Parameters/OfficeHours/Default", "10:00-19:00"))
noticed("the_time_zone_exists",
        a_time_zone_that_is_none=put("/Parameters/TimeZone/Default", "Asia/Tokio"))
noticed("variables_name_what_the_stack_made",
        the_tables_are_swapped=swap(f"{VARIABLES}/LEASE_TABLE", f"{VARIABLES}/AUDIT_TABLE"))
noticed("parameters_reach_the_functions",
        two_parameters_are_swapped=swap(f"{VARIABLES}/IDLE_TIMEOUT_MINUTES", f"{VARIABLES}/FIRST_CONNECTION_GRACE_MINUTES"),
        auditors_give_orders=swap("AssociateFunction/Environment/Variables/ADMIN_EMAILS",
                                  "AssociateFunction/Environment/Variables/AUDITOR_EMAILS"))
noticed("functions_match_their_build",
        another_architecture=put("/Globals/Function/Architectures", ["x86_64"]),
        the_function_gives_up_before_ec2_does=put("AssociateFunction/Timeout", 10),
        the_audit_function_outlives_the_load_balancers_patience=put("AuditFunction/Timeout", 120),
        the_audit_function_has_the_memory_of_the_others=delete("AuditFunction/MemorySize"))
noticed("logs_are_kept_for_a_while_and_in_the_stack",
        logs_are_kept_for_a_day=put("ReaperLogGroup/RetentionInDays", 1))
noticed("parameters_that_make_sense_are_taken_and_others_refused_with_a_reason",
        a_rule_that_looks_at_another_parameter=put("/Rules/ExistingUserPoolIsWhole/RuleCondition", {
            "Fn::Not": [{"Fn::Equals": [{"Ref": "ExistingUserPoolClientId"}, ""]}]}),
        a_rule_that_refuses_what_makes_sense=put("/Rules/OwnLoadBalancerNeedsNetwork/Assertions/2/Assert", {
            "Fn::Not": [{"Fn::Equals": [{"Ref": "HostedZoneId"}, ""]}]}))
noticed("every_parameter_is_described",
        a_parameter_in_no_group=remove(f"{GROUPS}/0/Parameters", "AlarmEmail"))

# Watching

noticed("no_log_level_filters_the_metrics_out",
        only_warnings_are_logged=put("ReaperFunction/LoggingConfig/ApplicationLogLevel", "WARN"))
noticed("alarms_watch_existing_metrics",
        an_alarm_on_the_wrong_dimension=put(
            "UpTooLongAlarm/Dimensions", [{"Name": "Function", "Value": {"Ref": "ReaperFunction"}}]),
        an_alarm_on_the_wrong_function=put("SlowStartAlarm/Dimensions/0/Value", {"Ref": "AssociateFunction"}),
        bookings_are_missed_elsewhere=put("MissedBookingAlarm/Dimensions/0/Value", {"Ref": "AssociateFunction"}),
        an_alarm_on_a_metric_that_does_not_exist=put("StuckStopAlarm/MetricName", "StoppingSeconds"))
noticed("the_dashboard_shows_existing_metrics",
        a_widget_without_a_metric=replace(
            DASHBOARD, '"StartSeconds", "FunctionName", "${AssociateFunction}"', '"StartSeconds", "Endpoint", "tokyo"'),
        booked_requests_of_the_wrong_function=replace(
            DASHBOARD, '"Requests", "FunctionName", "${ReaperFunction}"', '"Requests", "FunctionName", "${AuditFunction}"'),
        an_alarm_that_is_not_on_the_dashboard=replace(DASHBOARD, '"${LostEventsAlarm.Arn}"', '"${FailedSweepsAlarm.Arn}"'))
noticed("every_metric_is_watched",
        a_metric_that_is_not_watched=replace(
            DASHBOARD, '["SelfServiceVpn", "Requests", "FunctionName", "${AssociateFunction}", { "label": "requests" }],', ""))
noticed("widgets_do_not_overlap",
        widgets_on_top_of_each_other=replace(DASHBOARD, '"x": 12, "y": 3', '"x": 6, "y": 3'))
noticed("missing_sweeps_are_an_alarm",
        missing_data_is_no_alarm=put("NoSweepAlarm/TreatMissingData", "missing"))
noticed("alarms_fire_when_they_should",
        quiet_times_are_alarms=put("FailedStartAlarm/TreatMissingData", "breaching"),
        one_missed_booking_is_no_alarm=put("MissedBookingAlarm/Threshold", 10),
        an_alarm_that_fires_when_all_is_well=put("SlowStartAlarm/ComparisonOperator", "LessThanThreshold"))
noticed("each_function_is_watched_for_errors_and_the_audit_function_before_it_runs_out_of_time",
        slow_answers_that_fast_ones_hide=put("AuditSlowAlarm/Statistic", "Average"),
        a_function_that_may_fail_unseen=put("AuditErrorsAlarm/Dimensions/0/Value", {"Ref": "AssociateFunction"}),
        a_function_that_the_dashboard_forgets=replace(
            DASHBOARD, '["AWS/Lambda", "Errors", "FunctionName", "${AuditFunction}", { "stat": "Sum", "label": "audit: errors" }],', ""))
noticed("every_alarm_has_a_receiver",
        an_alarm_without_a_receiver=delete("StuckStopAlarm/AlarmActions"))
noticed("cloudwatch_may_publish_to_the_topic",
        a_key_that_cloudwatch_cannot_use=put("AlarmTopic/KmsMasterKeyId", "alias/aws/sns"),
        a_topic_for_another_service=put("AlarmTopicPolicy/PolicyDocument/Statement/0/Principal/Service", "events.amazonaws.com"))
noticed("operators_find_each_alarm_in_the_documents",
        an_alarm_that_no_document_explains=put("ReaperErrorsAlarm/AlarmName", {"Fn::Sub": "${AWS::StackName}-something"}))
