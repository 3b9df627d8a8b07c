"""What several tests deploy to, and what they deploy."""

import json

import pytest
import yaml
from samtranslator.yaml_helper import yaml_parse

import cloud
from source import TEMPLATE

BUCKET = "deployments"


@pytest.fixture(scope="session")
def url():
    with cloud.ministack() as url:
        cloud.client(url, "s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        yield url


@pytest.fixture(scope="session")
def given(url):
    """The network, zone, listener and user pool that a company has already: the same parameters, with ids that exist."""
    ec2, elb, route53 = (cloud.client(url, service) for service in ("ec2", "elbv2", "route53"))
    acm, cognito = cloud.client(url, "acm"), cloud.client(url, "cognito-idp")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"ap-northeast-1{zone}")["Subnet"]["SubnetId"]
        for n, zone in enumerate("ac")
    ]
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rsplit("/", 1)[1]
    certificate = acm.request_certificate(DomainName="vpn.example.com")["CertificateArn"]
    balancer = elb.create_load_balancer(Name="theirs", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    pool = cognito.create_user_pool(PoolName="theirs")["UserPool"]
    app = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="theirs", GenerateSecret=True)["UserPoolClient"]
    return {
        "VpcId": vpc, "PublicSubnetIds": ",".join(subnets), "HostedZoneId": zone, "CertificateArn": certificate,
        "ExistingListenerArn": listener, "ExistingLoadBalancerArn": balancer,
        "ExistingUserPoolArn": f"arn:aws:cognito-idp:ap-northeast-1:123456789012:userpool/{pool['Id']}",
        "ExistingUserPoolClientId": app["ClientId"],
    }


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The template as `sam build` leaves it: each function's code a directory with `bootstrap`."""
    directory = tmp_path_factory.mktemp("built")
    template = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            code = directory / name
            code.mkdir()
            (code / "bootstrap").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
            (code / "bootstrap").chmod(0o755)
            resource["Properties"]["CodeUri"] = name
            del resource["Metadata"]
    path = directory / "template.yaml"
    path.write_text(yaml.safe_dump(json.loads(json.dumps(template)), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path
