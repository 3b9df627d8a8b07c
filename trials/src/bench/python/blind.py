"""The function that this system replaces, as one writes it from AWS's documents: it looks at the endpoint's status and
associates. It asks nobody who they are, and puts nothing on record."""

import boto3


def handler(event, context):
    return associate(boto3.client("ec2"), event["endpoint"], event["subnet"])


def associate(ec2, endpoint, subnet):
    answer = ec2.describe_client_vpn_endpoints(ClientVpnEndpointIds=[endpoint])
    status = answer["ClientVpnEndpoints"][0]["Status"]["Code"]
    if status == "pending-associate":
        ec2.associate_client_vpn_target_network(ClientVpnEndpointId=endpoint, SubnetId=subnet)
    return {"statusCode": 200, "body": status}
