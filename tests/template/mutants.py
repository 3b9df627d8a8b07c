"""The template, broken on purpose: each in one place, and each with the invariant that has to notice."""

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
        self.change(template, template["Resources"])
        assert json.dumps(template, sort_keys=True) != before, "it changes nothing"
        return template


def mutant(noticed_by):
    """A function that changes (template, its resources); its name says what is broken."""

    def add(change):
        ALL.append(Mutant(change.__name__, noticed_by, change))
        return change

    return add


def _properties(r, name):
    return r[name]["Properties"]


def _statement(r, role, sid):
    (policy,) = _properties(r, role)["Policies"]
    return next(s for s in policy["PolicyDocument"]["Statement"] if s.get("Sid") == sid)


def _add_statement(r, role, **statement):
    (policy,) = _properties(r, role)["Policies"]
    policy["PolicyDocument"]["Statement"].append({"Effect": "Allow"} | statement)


def _sign_in(r):
    return _properties(r, "AssociateRule")["Actions"][0]["AuthenticateCognitoConfig"]


def _variables(t, r, function=None):
    holder = _properties(r, function) if function else t["Globals"]["Function"]
    return holder["Environment"]["Variables"]


def _dashboard(r, old, new):
    body = _properties(r, "Dashboard")["DashboardBody"]["Fn::Sub"]
    assert old in body[0]
    body[0] = body[0].replace(old, new, 1)


# The way in


@mutant("the_target_group_waits_for_the_permission")
def no_order_between_target_group_and_permission(t, r):
    del r["AssociateTargetGroup"]["DependsOn"]


@mutant("the_permission_is_for_this_target_group_alone")
def any_target_group_may_invoke(t, r):
    _properties(r, "AssociatePermission")["SourceArn"] = {
        "Fn::Sub": "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/*"}


@mutant("the_permission_is_for_this_target_group_alone")
def the_target_group_has_another_name_than_the_permission(t, r):
    _properties(r, "AssociateTargetGroup")["Name"]["Fn::Sub"][0] = "vpn-page-${Id}"


@mutant("every_cookie_of_an_answer_reaches_the_browser")
def single_value_headers(t, r):
    del _properties(r, "AssociateTargetGroup")["TargetGroupAttributes"]


@mutant("the_load_balancer_reaches_cognito")
def no_way_out(t, r):
    _properties(r, "LoadBalancerSecurityGroup")["SecurityGroupEgress"] = [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "127.0.0.1/32", "Description": "Nowhere"}]


@mutant("only_web_ports_are_open")
def a_port_too_many(t, r):
    _properties(r, "LoadBalancerSecurityGroup")["SecurityGroupIngress"].append(
        {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "CidrIp": "0.0.0.0/0", "Description": "For tests"})


@mutant("nobody_reaches_a_function_without_signing_in")
def unauthenticated_requests_pass(t, r):
    _sign_in(r)["OnUnauthenticatedRequest"] = "allow"


@mutant("nobody_reaches_a_function_without_signing_in")
def the_function_comes_before_the_sign_in(t, r):
    actions = _properties(r, "AssociateRule")["Actions"]
    actions[0]["Order"], actions[1]["Order"] = 2, 1


@mutant("who_does_not_know_the_name_finds_nothing")
def an_open_default_action(t, r):
    _properties(r, "HttpsListener")["DefaultActions"] = [
        {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Host": "www.example.com", "StatusCode": "HTTP_302"}}]


@mutant("who_does_not_know_the_name_finds_nothing")
def a_rule_for_every_host(t, r):
    _properties(r, "AssociateRule")["Conditions"] = [
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]


@mutant("plain_http_is_sent_to_https")
def plain_http_is_sent_where_nobody_listens(t, r):
    (action,) = _properties(r, "HttpListener")["DefaultActions"]
    action["RedirectConfig"]["Port"] = "8443"


@mutant("who_signed_out_sees_a_page_without_signing_in_again")
def the_signed_out_page_comes_after_the_sign_in(t, r):
    _properties(r, "SignedOutRule")["Priority"] = {"Fn::Sub": "${ListenerRulePriority}3"}


@mutant("a_session_ends_with_the_working_day_and_has_the_cookie_that_sign_out_expires")
def a_session_of_a_week(t, r):
    t["Mappings"]["Session"]["Seconds"]["10"] = "604800"


@mutant("a_session_ends_with_the_working_day_and_has_the_cookie_that_sign_out_expires")
def a_cookie_that_sign_out_does_not_know(t, r):
    _sign_in(r)["SessionCookieName"] = "VpnSession"


@mutant("what_is_given_is_not_made")
def a_given_certificate_is_ignored(t, r):
    t["Conditions"]["OwnCertificate"]["Fn::And"][1] = {"Fn::Not": [{"Fn::Equals": [{"Ref": "HostName"}, ""]}]}


# Identity


@mutant("the_client_has_a_secret")
def a_client_without_a_secret(t, r):
    _properties(r, "UserPoolClient")["GenerateSecret"] = False


@mutant("the_client_uses_the_code_flow_alone")
def the_implicit_flow(t, r):
    _properties(r, "UserPoolClient")["AllowedOAuthFlows"] = ["code", "implicit"]


@mutant("the_client_uses_the_code_flow_alone")
def passwords_at_the_client(t, r):
    _properties(r, "UserPoolClient")["ExplicitAuthFlows"].append("ALLOW_USER_PASSWORD_AUTH")


@mutant("the_client_returns_to_the_load_balancer")
def a_wrong_callback(t, r):
    _properties(r, "UserPoolClient")["CallbackURLs"] = [{"Fn::Sub": "https://${HostName}/callback"}]


@mutant("sign_in_asks_for_openid_and_email")
def openid_is_not_asked_for(t, r):
    _sign_in(r)["Scope"] = "email"


@mutant("sign_in_asks_for_openid_and_email")
def more_is_asked_for_than_the_client_allows(t, r):
    _sign_in(r)["Scope"] = "openid email profile"


@mutant("nobody_makes_an_account")
def anybody_signs_up(t, r):
    _properties(r, "UserPool")["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] = False


@mutant("the_pool_has_the_issuer_that_load_balancers_know")
def the_issuer_that_cognito_recommends(t, r):
    _properties(r, "UserPool")["IssuerConfiguration"]["Type"] = "UPDATED"


@mutant("the_pool_has_the_issuer_that_load_balancers_know")
def the_issuer_is_left_to_cognito(t, r):
    del _properties(r, "UserPool")["IssuerConfiguration"]


@mutant("saml_is_there_once_its_metadata_is")
def saml_without_metadata(t, r):
    r["SamlProvider"]["Condition"] = "OwnUserPool"


@mutant("saml_is_there_once_its_metadata_is")
def passwords_beside_saml(t, r):
    providers = _properties(r, "UserPoolClient")["SupportedIdentityProviders"]["Fn::If"]
    providers[1] = [{"Ref": "SamlProvider"}, "COGNITO"]


@mutant("a_person_can_sign_in_twice")
def an_address_that_cannot_change(t, r):
    _properties(r, "UserPool")["Schema"][0]["Mutable"] = False


@mutant("the_function_believes_who_signs_people_in")
def the_own_pool_is_believed_though_another_is_given(t, r):
    issuer = _variables(t, r, "AssociateFunction")
    issuer["OIDC_CLIENT_ID"] = {"Ref": "ExistingUserPoolClientId"}


@mutant("the_function_believes_who_signs_people_in")
def the_listener_is_believed_to_sign(t, r):
    _variables(t, r, "AssociateFunction")["ALB_ARN"]["Fn::If"][2] = {"Ref": "ExistingListenerArn"}


@mutant("signing_out_leads_to_cognito_and_back")
def sign_out_leads_to_a_page_that_the_client_does_not_know(t, r):
    url = _variables(t, r, "AssociateFunction")["SIGN_OUT_URL"]["Fn::Sub"]
    url[0] = url[0].replace("signed-out", "bye")


@mutant("the_outputs_say_what_to_enter_for_saml")
def the_wrong_audience(t, r):
    t["Outputs"]["SamlAudience"]["Value"] = {"Fn::Sub": "urn:amazon:cognito:sp:${UserPoolClient}"}


# Data


@mutant("the_tables_are_those_of_the_contract")
def an_index_that_is_not_projected(t, r):
    _properties(r, "AuditTable")["GlobalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "KEYS_ONLY"}


@mutant("the_tables_are_those_of_the_contract")
def expiry_by_another_attribute(t, r):
    _properties(r, "LeaseTable")["TimeToLiveSpecification"]["AttributeName"] = "ttl"


@mutant("the_audit_table_survives")
def the_audit_table_goes_with_the_stack(t, r):
    r["AuditTable"]["DeletionPolicy"] = "Delete"


@mutant("the_audit_table_survives")
def the_audit_table_can_be_deleted_by_hand(t, r):
    _properties(r, "AuditTable")["DeletionProtectionEnabled"] = False


@mutant("every_change_of_a_record_is_told_and_expiry_is_not")
def overwriting_is_not_told(t, r):
    del _properties(r, "AuditChanges")["SourceParameters"]["FilterCriteria"]["Filters"][0]


@mutant("every_change_of_a_record_is_told_and_expiry_is_not")
def expiry_is_told_as_tampering(t, r):
    _properties(r, "AuditChanges")["SourceParameters"]["FilterCriteria"]["Filters"][1]["Pattern"] = '{"eventName": ["REMOVE"]}'


@mutant("events_for_people_leave_out_what_is_only_for_the_record")
def every_connection_is_told_to_the_chat(t, r):
    _properties(r, "AuditEvents")["SourceParameters"]["FilterCriteria"]["Filters"] = [{"Pattern": '{"eventName": ["INSERT"]}'}]


# Rights


@mutant("every_role_is_spelt_out")
def a_full_access_policy(t, r):
    _properties(r, "ReaperRole")["ManagedPolicyArns"] = [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonEC2FullAccess"}]


@mutant("every_role_is_spelt_out")
def all_of_ec2_on_the_endpoints(t, r):
    _statement(r, "ReaperRole", "ManagedEndpoints")["Action"] = "ec2:*"


@mutant("every_role_is_spelt_out")
def all_of_ec2_on_everything(t, r):
    _statement(r, "ReaperRole", "AnyEndpointsDescription")["Action"] = "ec2:*"


@mutant("every_role_is_spelt_out")
def a_role_that_sam_makes(t, r):
    del _properties(r, "ReaperFunction")["Role"]


@mutant("rights_name_the_resources_that_their_action_knows")
def a_description_of_one_endpoint_alone(t, r):
    arn = _statement(r, "ReaperRole", "ManagedEndpoints")["Resource"][0]
    _statement(r, "ReaperRole", "AnyEndpointsDescription")["Resource"] = arn


@mutant("rights_name_the_resources_that_their_action_knows")
def logs_anywhere(t, r):
    _statement(r, "ReaperRole", "Logs")["Resource"] = "*"


@mutant("rights_name_the_resources_that_their_action_knows")
def a_stream_taken_for_its_table(t, r):
    _statement(r, "PipeRole", "AuditStream")["Resource"] = {"Fn::GetAtt": ["AuditTable", "Arn"]}


@mutant("only_managed_endpoints_and_given_subnets_can_be_changed")
def any_endpoint_of_the_account(t, r):
    _statement(r, "ReaperRole", "ManagedEndpoints")["Resource"] = {
        "Fn::Sub": "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:client-vpn-endpoint/*"}


@mutant("only_managed_endpoints_and_given_subnets_can_be_changed")
def the_second_endpoint_is_forgotten(t, r):
    del _statement(r, "AssociateRole", "ManagedEndpoints")["Resource"][1]


@mutant("only_managed_endpoints_and_given_subnets_can_be_changed")
def any_subnet(t, r):
    _statement(r, "AssociateRole", "GivenSubnets")["Resource"] = "arn:aws:ec2:*:*:subnet/*"


@mutant("routes_between_clients_can_be_made_again")
def routes_between_clients_are_forgotten(t, r):
    (policy,) = _properties(r, "ReaperRole")["Policies"]
    policy["PolicyDocument"]["Statement"].remove(_statement(r, "ReaperRole", "RoutesBetweenClients"))


@mutant("records_are_put_and_never_changed")
def records_can_be_updated(t, r):
    _statement(r, "AssociateRole", "AuditTable")["Action"] = ["dynamodb:PutItem", "dynamodb:UpdateItem"]


@mutant("records_are_put_and_never_changed")
def records_can_be_deleted(t, r):
    _add_statement(r, "ReaperRole", Action="dynamodb:DeleteItem", Resource={"Fn::GetAtt": ["AuditTable", "Arn"]})


@mutant("who_reads_the_audit_table_reads_its_indexes_too")
def a_missing_index(t, r):
    _statement(r, "AssociateRole", "AuditTable")["Action"] = ["dynamodb:PutItem", "dynamodb:Query"]


@mutant("each_function_writes_its_own_log_alone")
def the_other_functions_log(t, r):
    _statement(r, "ReaperRole", "Logs")["Resource"] = {"Fn::GetAtt": ["AssociateLogGroup", "Arn"]}


@mutant("services_act_for_this_account_alone")
def schedules_of_other_accounts(t, r):
    (statement,) = _properties(r, "SweepRole")["AssumeRolePolicyDocument"]["Statement"]
    del statement["Condition"]


# Schedule


@mutant("a_sweep_comes_each_minute_and_is_not_retried")
def a_sweep_each_hour(t, r):
    t["Parameters"]["SweepRate"]["AllowedValues"].append("rate(1 hour)")
    t["Parameters"]["SweepRate"]["Default"] = "rate(1 hour)"


@mutant("a_sweep_comes_each_minute_and_is_not_retried")
def sweeps_pile_up(t, r):
    del _properties(r, "ReaperInvocation")["MaximumRetryAttempts"]
    _properties(r, "ReaperInvocation")["MaximumRetryAttempts"] = 2


@mutant("two_stacks_do_not_share_a_schedule")
def two_stacks_collide(t, r):
    _properties(r, "Sweep")["Name"] = "reaper-sweep"


@mutant("what_failed_ends_in_a_queue_that_may_be_written_to")
def a_queue_that_nobody_may_write_to(t, r):
    (policy,) = _properties(r, "ReaperRole")["Policies"]
    policy["PolicyDocument"]["Statement"] = [
        s for s in policy["PolicyDocument"]["Statement"] if s["Sid"] != "FailedSweeps"]


@mutant("what_failed_ends_in_a_queue_that_may_be_written_to")
def failures_of_the_function_vanish(t, r):
    del _properties(r, "ReaperInvocation")["DestinationConfig"]["OnFailure"]


@mutant("the_schedule_and_the_pipes_may_do_their_work")
def the_schedule_may_invoke_another_function(t, r):
    _statement(r, "SweepRole", "Reaper")["Resource"] = {"Fn::GetAtt": ["AssociateFunction", "Arn"]}


# Variables and parameters


@mutant("every_function_gets_the_variables_that_it_reads")
def a_variable_is_forgotten(t, r):
    del _variables(t, r)["OVERNIGHT_STALE_CONNECTION_MINUTES"]
    del t["Parameters"]["OvernightStaleConnectionMinutes"]
    t["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"][2]["Parameters"].remove("OvernightStaleConnectionMinutes")


@mutant("every_function_gets_the_variables_that_it_reads")
def a_variable_that_nobody_reads(t, r):
    _variables(t, r)["IDLE_MINUTES"] = "60"


@mutant("defaults_are_those_of_the_code")
def another_default(t, r):
    t["Parameters"]["IdleTimeoutMinutes"]["Default"] = 15


@mutant("the_time_zone_exists")
def a_time_zone_that_is_none(t, r):
    t["Parameters"]["TimeZone"]["Default"] = "Asia/Tokio"


@mutant("variables_name_what_the_stack_made")
def the_tables_are_swapped(t, r):
    variables = _variables(t, r)
    variables["LEASE_TABLE"], variables["AUDIT_TABLE"] = variables["AUDIT_TABLE"], variables["LEASE_TABLE"]


@mutant("what_a_parameter_says_reaches_the_functions")
def two_parameters_are_swapped(t, r):
    variables, one, other = _variables(t, r), "IDLE_TIMEOUT_MINUTES", "FIRST_CONNECTION_GRACE_MINUTES"
    variables[one], variables[other] = variables[other], variables[one]


@mutant("functions_are_what_they_are_built_for")
def another_architecture(t, r):
    t["Globals"]["Function"]["Architectures"] = ["x86_64"]


@mutant("functions_are_what_they_are_built_for")
def the_function_gives_up_before_ec2_does(t, r):
    _properties(r, "AssociateFunction")["Timeout"] = 10


@mutant("logs_are_kept_for_a_while_and_in_the_stack")
def logs_are_kept_for_a_day(t, r):
    _properties(r, "ReaperLogGroup")["RetentionInDays"] = 1


@mutant("parameters_that_make_sense_are_taken_and_others_refused_with_a_reason")
def a_rule_that_looks_at_another_parameter(t, r):
    t["Rules"]["ExistingUserPoolIsWhole"]["RuleCondition"] = {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "ExistingUserPoolClientId"}, ""]}]}


@mutant("parameters_that_make_sense_are_taken_and_others_refused_with_a_reason")
def a_rule_that_refuses_what_makes_sense(t, r):
    t["Rules"]["OwnLoadBalancerNeedsNetwork"]["Assertions"][2]["Assert"] = {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "HostedZoneId"}, ""]}]}


@mutant("people_can_tell_what_each_parameter_is_for")
def a_parameter_in_no_group(t, r):
    t["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"][0]["Parameters"].remove("AlarmEmail")


# Watching


@mutant("no_log_level_filters_the_metrics_out")
def only_warnings_are_logged(t, r):
    _properties(r, "ReaperFunction")["LoggingConfig"]["ApplicationLogLevel"] = "WARN"


@mutant("alarms_look_at_what_is_told")
def an_alarm_on_the_wrong_dimension(t, r):
    _properties(r, "UpTooLongAlarm")["Dimensions"] = [{"Name": "Function", "Value": {"Ref": "ReaperFunction"}}]


@mutant("alarms_look_at_what_is_told")
def an_alarm_on_the_wrong_function(t, r):
    _properties(r, "SlowStartAlarm")["Dimensions"][0]["Value"] = {"Ref": "AssociateFunction"}


@mutant("alarms_look_at_what_is_told")
def an_alarm_on_a_metric_that_nobody_tells(t, r):
    _properties(r, "StuckStopAlarm")["MetricName"] = "StoppingSeconds"


@mutant("the_dashboard_shows_what_is_told")
def a_widget_without_a_metric(t, r):
    _dashboard(r, '"StartSeconds", "FunctionName", "${AssociateFunction}"', '"StartSeconds", "Endpoint", "tokyo"')


@mutant("the_dashboard_shows_what_is_told")
def an_alarm_that_is_not_on_the_dashboard(t, r):
    _dashboard(r, '"${LostEventsAlarm.Arn}"', '"${FailedSweepsAlarm.Arn}"')


@mutant("what_is_told_is_looked_at")
def a_metric_that_nobody_looks_at(t, r):
    _dashboard(r, '["SelfServiceVpn", "Requests", "FunctionName", "${AssociateFunction}", { "label": "requests" }],', "")


@mutant("widgets_do_not_overlap")
def widgets_on_top_of_each_other(t, r):
    _dashboard(r, '"x": 12, "y": 3', '"x": 6, "y": 3')


@mutant("silence_of_the_sweeps_is_an_alarm")
def silence_is_no_alarm(t, r):
    _properties(r, "NoSweepAlarm")["TreatMissingData"] = "missing"


@mutant("alarms_fire_when_they_should")
def quiet_times_are_alarms(t, r):
    _properties(r, "FailedStartAlarm")["TreatMissingData"] = "breaching"


@mutant("alarms_fire_when_they_should")
def an_alarm_that_fires_when_all_is_well(t, r):
    _properties(r, "SlowStartAlarm")["ComparisonOperator"] = "LessThanThreshold"


@mutant("every_alarm_tells_somebody")
def an_alarm_that_nobody_hears(t, r):
    del _properties(r, "StuckStopAlarm")["AlarmActions"]


@mutant("cloudwatch_may_publish_to_the_topic")
def a_key_that_cloudwatch_cannot_use(t, r):
    _properties(r, "AlarmTopic")["KmsMasterKeyId"] = "alias/aws/sns"


@mutant("cloudwatch_may_publish_to_the_topic")
def a_topic_for_another_service(t, r):
    (statement,) = _properties(r, "AlarmTopicPolicy")["PolicyDocument"]["Statement"]
    statement["Principal"]["Service"] = "events.amazonaws.com"


@mutant("operators_find_each_alarm_in_the_documents")
def an_alarm_that_no_document_explains(t, r):
    _properties(r, "ReaperErrorsAlarm")["AlarmName"] = {"Fn::Sub": "${AWS::StackName}-something"}
