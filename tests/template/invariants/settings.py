"""Functions, variables, parameters."""

from zoneinfo import available_timezones

from scenarios import BAD
from subject import BEHIND_ALB, FUNCTIONS, environment, facts

from . import invariant

# What the lambda service and SAM itself set is not ours.
_OF_THE_TEMPLATE = {"MANAGED_ENDPOINTS", "LEASE_TABLE", "AUDIT_TABLE", "ALB_ARN", "OIDC_ISSUER", "OIDC_CLIENT_ID", "SIGN_OUT_URL"}


@invariant
def every_function_gets_the_variables_that_it_reads(t):
    for name, stack in t.stacks().items():
        for function in FUNCTIONS:
            read = {v["name"] for v in facts()["variables"] if function in v["readers"]}
            given = environment(stack, function)
            assert set(given) == read, f"{name}: {function}: {set(given) ^ read}"
            for variable in facts()["variables"]:
                if variable["default"] is None and function in variable["readers"]:
                    assert given[variable["name"]], f"{name}: {function} needs {variable['name']}"


@invariant
def defaults_are_those_of_the_code(t):
    for function in FUNCTIONS:
        given = environment(t.before_saml, function)
        for variable in facts()["variables"]:
            name = variable["name"]
            if name in given and name not in _OF_THE_TEMPLATE:
                assert str(given[name]) == variable["default"], f"{name}: {given[name]}"


@invariant
def variables_name_what_the_stack_made(t):
    for function in FUNCTIONS:
        given = environment(t.full, function)
        assert given["LEASE_TABLE"] == "vpn-LeaseTable" and given["AUDIT_TABLE"] == "vpn-AuditTable"
        assert given["MANAGED_ENDPOINTS"] == t.full.parameters["ManagedEndpoints"]


@invariant
def parameters_reach_the_functions(t):
    other = {"TimeZone": "Europe/Berlin", "OvernightWindow": "", "Routes": "0.0.0.0/0", "DryRun": "true",
             "IdleTimeoutMinutes": "61", "FirstConnectionGraceMinutes": "31", "OvernightIdleTimeoutMinutes": "11",
             "StaleConnectionMinutes": "1", "OvernightStaleConnectionMinutes": "121", "MaxExtensionHours": "13",
             "SilentBelowKibPerHour": "255", "Holidays": "2026-12-29..2027-01-03,2027-01-11", "BookingLifetimeDays": "61",
             "OfficeHours": "08:30-17:15", "AssociationHourPriceUsd": "0.1", "AuditRetentionDays": "401", "ConnectionRetentionDays": "91",
             "AdminEmails": "hana@example.com,ken@example.com", "AuditorEmails": "mei@example.com",
             "AllowedEmailDomains": "example.com", "RequireVerifiedEmail": "true", "AlbPublicKeysUrl": "https://keys.example.com"}
    stack = t.stack(t.full.parameters | other)
    assert not stack.refusals()
    given = [environment(stack, function) for function in FUNCTIONS]
    for parameter, value in other.items():
        name = "".join(f"_{c}" if c.isupper() else c.upper() for c in parameter).lstrip("_")
        reached = [variables[name] for variables in given if name in variables]
        assert reached and all(found == value for found in reached), f"{parameter} does not reach {name}"


@invariant
def the_longest_lists_fit_into_an_environment(t):
    # Lambda takes 4 KB. Five endpoints with two subnets each are as many as there are rights for.
    endpoints = ";".join(f"endpoint-{n}=cvpn-endpoint-{n:017x}:subnet-{n:017x},subnet-{n + 5:017x}" for n in range(5))
    each = {"AdminEmails": "a@example.com", "AuditorEmails": "a@example.com", "Holidays": "2026-12-29..2027-01-03"}
    longest = {name: t.written["Parameters"][name]["MaxLength"] for name in each}
    lists = {name: ",".join([one] * ((longest[name] + 1) // (len(one) + 1))) for name, one in each.items()}
    stack = t.stack(t.full.parameters | lists | {"ManagedEndpoints": endpoints})
    assert not stack.refusals()
    for function in FUNCTIONS:
        size = sum(len(name) + len(str(value)) for name, value in environment(stack, function).items())
        assert size < 3800, f"{function}: {size} bytes"


@invariant
def the_time_zone_exists(t):
    assert t.written["Parameters"]["TimeZone"]["Default"] in available_timezones()


@invariant
def functions_match_their_build(t):
    # Megabytes: the audit function holds what a page reads, 20,000 records at most.
    memory = {"associate": 128, "reaper": 128, "audit": 256}
    for function, name in FUNCTIONS.items():
        made = t.full.properties(name)
        assert (made["Runtime"], made["Handler"], made["Architectures"]) == ("provided.al2023", "bootstrap", ["arm64"])
        assert made["TracingConfig"] == {"Mode": "Active"} and made["MemorySize"] == memory[function], function
        assert made["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/vpn-{function}"}
        written = t.written["Resources"][name]
        assert written["Metadata"] == {"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": function}}
        assert written["Properties"]["CodeUri"] == f"functions/{function}"
    for function in BEHIND_ALB:
        timeout = t.full.properties(FUNCTIONS[function])["Timeout"]
        assert 24 < timeout < 60, f"{function}: two rounds of EC2 or 20 of DynamoDB, and the load balancer waits 60 s"
    assert t.full.properties(FUNCTIONS["reaper"])["Timeout"] >= 60


@invariant
def logs_are_kept_for_a_while_and_in_the_stack(t):
    groups = t.full.there_are("AWS::Logs::LogGroup").values()
    assert {g["LogGroupName"] for g in groups} == {f"/aws/lambda/vpn-{function}" for function in FUNCTIONS}
    assert all(int(g["RetentionInDays"]) == 90 for g in groups)


@invariant
def parameters_that_make_sense_are_taken_and_others_refused_with_a_reason(t):
    for name, stack in t.stacks().items():
        assert not stack.refusals(), f"{name}: {stack.refusals()}"
        for resource in t.expanded["Resources"]:
            if stack.exists(resource):
                stack.properties(resource)
        stack.outputs()
    for name, (parameters, reason) in BAD.items():
        said = t.stack(parameters).refusals()
        assert any(reason in sentence for sentence in said), f"{name}: {said}"


@invariant
def every_parameter_is_described(t):
    groups = t.written["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(t.written["Parameters"]), "each parameter stands in one group"
    for name, parameter in t.written["Parameters"].items():
        assert len(parameter.get("Description", "")) > 20, f"{name} has no description"
        assert ("AllowedPattern" in parameter) == ("ConstraintDescription" in parameter), name
        limited = {"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter)
        assert limited, f"{name} takes anything"
    for name, output in t.written["Outputs"].items():
        assert output.get("Description"), name
