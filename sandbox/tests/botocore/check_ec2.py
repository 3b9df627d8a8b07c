"""Calls the sandbox's EC2 with boto3 and prints what botocore's own model made of each answer.

    python3 check_ec2.py EC2_URL CONTROL_URL

It wants the example world with nothing associated yet, and sets all delays to zero through the control API.
It exits with 1 if an answer is not what it should be. Needs boto3 (`pip install boto3`).
"""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = "cvpn-endpoint-0a1b2c3d4e5f60718"
SUBNET = "subnet-0aaaaaaaaaaaaaaa1"
OTHER_SUBNET = "subnet-0aaaaaaaaaaaaaaa2"
VPC = "vpc-0aaaaaaaaaaaaaaaa"
CIDR = "10.8.0.0/16"


class Checks:
    """The calls made so far, and whether each answer was right."""

    def __init__(self):
        self.rows = []
        self.failed = 0

    def add(self, call, shown, right):
        self.failed += not right
        self.rows.append((call, shown, "ok" if right else "WRONG"))

    def answer(self, call, answer, show, right=lambda shown: bool(shown)):
        shown = show(answer)
        self.add(call, shown, right(shown))
        return answer

    def refusal(self, call, code, status, function):
        try:
            function()
        except ClientError as error:
            got = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
            self.add(call, f"{got[0]} ({got[1]})", got == (code, status))
        else:
            self.add(call, "no refusal", False)

    def table(self):
        lines = ["| call | parsed answer | |", "|---|---|---|"]
        lines += [f"| {call} | `{shown}` | {verdict} |" for call, shown, verdict in self.rows]
        return "\n".join(lines)


def control(url, path, body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def client(url):
    return boto3.client(
        "ec2",
        endpoint_url=url,
        region_name="ap-northeast-1",
        aws_access_key_id="AKIDSANDBOX",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=10),
    )


def check_target_networks(ec2, check):
    first = check.answer(
        "AssociateClientVpnTargetNetwork",
        ec2.associate_client_vpn_target_network(ClientVpnEndpointId=ENDPOINT, SubnetId=SUBNET, ClientToken="t-1"),
        lambda a: (a["AssociationId"], a["Status"]["Code"]),
        lambda shown: shown[0].startswith("cvpn-assoc-") and shown[1] == "associating",
    )
    check.answer(
        "AssociateClientVpnTargetNetwork, same token",
        ec2.associate_client_vpn_target_network(ClientVpnEndpointId=ENDPOINT, SubnetId=SUBNET, ClientToken="t-1"),
        lambda a: a["AssociationId"],
        lambda shown: shown == first["AssociationId"],
    )
    check.answer(
        "DescribeClientVpnTargetNetworks",
        ec2.describe_client_vpn_target_networks(
            ClientVpnEndpointId=ENDPOINT,
            AssociationIds=["cvpn-assoc-ignored"],
            Filters=[{"Name": "target-network-id", "Values": [SUBNET]}],
        ),
        lambda a: [
            (n["AssociationId"], n["TargetNetworkId"], n["VpcId"], n["Status"]["Code"], n["SecurityGroups"])
            for n in a["ClientVpnTargetNetworks"]
        ],
        lambda shown: shown
        == [(first["AssociationId"], SUBNET, VPC, "associated", ["sg-0aaaaaaaaaaaaaaaa"])],
    )
    check.answer(
        "ApplySecurityGroupsToClientVpnTargetNetwork",
        ec2.apply_security_groups_to_client_vpn_target_network(
            ClientVpnEndpointId=ENDPOINT, VpcId=VPC, SecurityGroupIds=["sg-1aaaaaaaaaaaaaaaa"]
        ),
        lambda a: a["SecurityGroupIds"],
        lambda shown: shown == ["sg-1aaaaaaaaaaaaaaaa"],
    )
    return first["AssociationId"]


def check_endpoints(ec2, check):
    check.answer(
        "DescribeClientVpnEndpoints",
        ec2.describe_client_vpn_endpoints(ClientVpnEndpointIds=[ENDPOINT]),
        lambda a: [
            (e["Status"]["Code"], e["DnsName"], e["VpcId"], e["SplitTunnel"], e["SecurityGroupIds"])
            for e in a["ClientVpnEndpoints"]
        ],
        lambda shown: shown[0][0] == "available" and ".ap-northeast-1." in shown[0][1],
    )
    check.answer(
        "ExportClientVpnClientConfiguration",
        ec2.export_client_vpn_client_configuration(ClientVpnEndpointId=ENDPOINT),
        lambda a: a["ClientConfiguration"].splitlines()[3],
        lambda shown: shown.startswith(f"remote {ENDPOINT}."),
    )


def check_surroundings(ec2, check):
    check.answer(
        "DescribeClientVpnAuthorizationRules",
        ec2.describe_client_vpn_authorization_rules(ClientVpnEndpointId=ENDPOINT),
        lambda a: [(r["DestinationCidr"], r["AccessAll"], r["Status"]["Code"]) for r in a["AuthorizationRules"]],
        lambda shown: shown == [("0.0.0.0/0", True, "active")],
    )
    check.answer(
        "DescribeSubnets",
        ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": [SUBNET, "subnet-00000000000000000"]}]),
        lambda a: [(s["SubnetId"], s["VpcId"], s["AvailabilityZone"], s["AvailableIpAddressCount"]) for s in a["Subnets"]],
        lambda shown: shown == [(SUBNET, VPC, "ap-northeast-1a", 251)],
    )
    check.answer(
        "DescribeSecurityGroups",
        ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [VPC]}]),
        lambda a: [(g["GroupId"], g["VpcId"]) for g in a["SecurityGroups"]],
        lambda shown: shown == [("sg-0aaaaaaaaaaaaaaaa", VPC), ("sg-1aaaaaaaaaaaaaaaa", VPC)],
    )
    check.answer(
        "ModifyClientVpnEndpoint",
        ec2.modify_client_vpn_endpoint(
            ClientVpnEndpointId=ENDPOINT, VpcId=VPC, SecurityGroupIds=["sg-0aaaaaaaaaaaaaaaa"]
        ),
        lambda a: a["Return"],
        lambda shown: shown is True,
    )


def check_routes(ec2, check):
    route = {"ClientVpnEndpointId": ENDPOINT, "DestinationCidrBlock": CIDR, "TargetVpcSubnetId": SUBNET}
    check.answer(
        "CreateClientVpnRoute",
        ec2.create_client_vpn_route(**route, Description="lab", ClientToken="r-1"),
        lambda a: a["Status"]["Code"],
        lambda shown: shown == "creating",
    )
    pages = ec2.get_paginator("describe_client_vpn_routes").paginate(
        ClientVpnEndpointId=ENDPOINT, PaginationConfig={"PageSize": 5}
    )
    routes = [route for page in pages for route in page["Routes"]]
    check.answer(
        "DescribeClientVpnRoutes",
        routes,
        lambda routes: [(r["DestinationCidr"], r["Origin"], r["Status"]["Code"]) for r in routes],
        lambda shown: (CIDR, "add-route", "active") in shown and ("10.0.0.0/16", "associate", "active") in shown,
    )
    check.refusal(
        "CreateClientVpnRoute, again",
        "InvalidClientVpnDuplicateRoute",
        400,
        lambda: ec2.create_client_vpn_route(**route),
    )
    check.answer(
        "DeleteClientVpnRoute",
        ec2.delete_client_vpn_route(**route),
        lambda a: a["Status"]["Code"],
        lambda shown: shown == "deleting",
    )


def check_connections(ec2, check, control_url):
    for user in ["jane@example.com", "joe@example.com"]:
        control(control_url, "/connect", {"endpoint": ENDPOINT, "user": user})
    answer = ec2.describe_client_vpn_connections(
        ClientVpnEndpointId=ENDPOINT, Filters=[{"Name": "username", "Values": ["jane@example.com"]}]
    )
    check.answer(
        "DescribeClientVpnConnections",
        answer,
        lambda a: [
            (c["Username"], c["Status"]["Code"], c["IngressBytes"], c["ConnectionEndTime"]) for c in a["Connections"]
        ],
        lambda shown: [(user, code, end) for user, code, _, end in shown] == [("jane@example.com", "active", "-")],
    )
    check.answer(
        "TerminateClientVpnConnections, by id",
        ec2.terminate_client_vpn_connections(
            ClientVpnEndpointId=ENDPOINT, ConnectionId=answer["Connections"][0]["ConnectionId"]
        ),
        lambda a: [(s["PreviousStatus"]["Code"], s["CurrentStatus"]["Code"]) for s in a["ConnectionStatuses"]],
        lambda shown: shown == [("active", "terminating")],
    )
    check.answer(
        "TerminateClientVpnConnections, by user",
        ec2.terminate_client_vpn_connections(ClientVpnEndpointId=ENDPOINT, Username="joe@example.com"),
        lambda a: (a["Username"], [s["CurrentStatus"]["Code"] for s in a["ConnectionStatuses"]]),
        lambda shown: shown == ("joe@example.com", ["terminating"]),
    )


def check_refusals(ec2, check):
    associate = ec2.associate_client_vpn_target_network
    for call, code, status, function in [
        ("unknown endpoint", "InvalidClientVpnEndpointId.NotFound", 400,
         lambda: ec2.describe_client_vpn_routes(ClientVpnEndpointId="cvpn-endpoint-00000000000000000")),
        ("associate twice", "InvalidClientVpnDuplicateAssociationException", 400,
         lambda: associate(ClientVpnEndpointId=ENDPOINT, SubnetId=SUBNET)),
        ("unknown subnet", "InvalidClientVpnSubnetId.NotFound", 400,
         lambda: associate(ClientVpnEndpointId=ENDPOINT, SubnetId="subnet-00000000000000000")),
        ("token for something else", "IdempotentParameterMismatch", 400,
         lambda: associate(ClientVpnEndpointId=ENDPOINT, SubnetId=OTHER_SUBNET, ClientToken="t-1")),
        ("dry run", "DryRunOperation", 412,
         lambda: associate(ClientVpnEndpointId=ENDPOINT, SubnetId=OTHER_SUBNET, DryRun=True)),
        ("route without association", "InvalidClientVpnActiveAssociationNotFound", 400,
         lambda: ec2.create_client_vpn_route(ClientVpnEndpointId=ENDPOINT, DestinationCidrBlock=CIDR,
                                             TargetVpcSubnetId=OTHER_SUBNET)),
        ("unknown filter", "InvalidParameterValue", 400,
         lambda: ec2.describe_client_vpn_connections(ClientVpnEndpointId=ENDPOINT,
                                                     Filters=[{"Name": "status", "Values": ["active"]}])),
        ("bad page token", "InvalidNextToken", 400,
         lambda: ec2.describe_client_vpn_connections(ClientVpnEndpointId=ENDPOINT, NextToken="nonsense")),
        ("another action", "InvalidAction", 400, lambda: ec2.describe_instances()),
    ]:
        check.refusal(call, code, status, function)


def main(url, control_url):
    ec2, check = client(url), Checks()
    at_once = {"min_seconds": 0, "max_seconds": 0}
    delays = ["associating", "disassociating", "route_creating", "route_deleting", "terminating"]
    control(control_url, "/settings", {delay: at_once for delay in delays})
    association = check_target_networks(ec2, check)
    check_endpoints(ec2, check)
    check_surroundings(ec2, check)
    check_routes(ec2, check)
    check_connections(ec2, check, control_url)
    check_refusals(ec2, check)
    check.answer(
        "DisassociateClientVpnTargetNetwork",
        ec2.disassociate_client_vpn_target_network(ClientVpnEndpointId=ENDPOINT, AssociationId=association),
        lambda a: (a["AssociationId"], a["Status"]["Code"]),
        lambda shown: shown == (association, "disassociating"),
    )
    print(check.table())
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
