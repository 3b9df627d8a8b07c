"""The same, with the client made once for each process, as AWS's best practices advise."""

import boto3

from blind import associate

EC2 = boto3.client("ec2")


def handler(event, context):
    return associate(EC2, event["endpoint"], event["subnet"])
