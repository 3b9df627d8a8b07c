"""Parameters that make sense, and some that do not: for the invariants and for the deploy."""

TOKYO, OSAKA = "cvpn-endpoint-0a1b2c3d4e5f60718", "cvpn-endpoint-0b1b2c3d4e5f60718"
SUBNETS = ("subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2", "subnet-0bbbbbbbbbbbbbbb1")
# As the sandbox's example has it.
MANAGED_ENDPOINTS = f"tokyo={TOKYO}:{SUBNETS[0]},{SUBNETS[1]};osaka={OSAKA}:{SUBNETS[2]}"

ESSENTIAL = {"ManagedEndpoints": MANAGED_ENDPOINTS, "HostName": "vpn.example.com"}
NETWORK = {
    "VpcId": "vpc-0123456789abcdef0",
    "PublicSubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
}
ZONE = {"HostedZoneId": "Z0123456789ABCDEFGHIJ"}
CERTIFICATE = {"CertificateArn": "arn:aws:acm:ap-northeast-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"}
LISTENER = {
    "ExistingListenerArn": "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/theirs/50dc6c495c0c9188/f2f7dc8efc522ab2",
    "ExistingLoadBalancerArn": "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/theirs/50dc6c495c0c9188",
}
POOL = {
    "ExistingUserPoolArn": "arn:aws:cognito-idp:ap-northeast-1:123456789012:userpool/ap-northeast-1_Theirs000",
    "ExistingUserPoolClientId": "1example23456789theirs000",
    "ExistingUserPoolDomain": "theirs",
}
SAML = {"SamlMetadataUrl": "https://portal.sso.ap-northeast-1.amazonaws.com/saml/metadata/abc"}
EVENTS = {"SendAuditEvents": "true"}

WAYS_IN = {
    "own": NETWORK | ZONE,
    "own, given certificate": NETWORK | ZONE | CERTIFICATE,
    "own, given certificate, no zone": NETWORK | CERTIFICATE,
    "given listener": LISTENER,
}
SIGN_INS = {
    "own pool, before SAML": {},
    "own pool with SAML": SAML,
    "given pool": POOL,
    "given pool, own domain": POOL | {"ExistingUserPoolDomain": "login.example.com", "ExistingUserPoolDomainIsCustom": "true"},
}

# The usual stack, in which everything is made.
FULL = ESSENTIAL | WAYS_IN["own"] | SAML | EVENTS | {"AlarmEmail": "operators@example.com"}

GOOD = {
    f"{way}; {sign_in}": ESSENTIAL | WAYS_IN[way] | SIGN_INS[sign_in] for way in WAYS_IN for sign_in in SIGN_INS
}

_USUAL = ESSENTIAL | NETWORK | ZONE
BAD = {
    "no network for an own load balancer": (ESSENTIAL | ZONE, "VpcId is needed"),
    "no subnets for an own load balancer": (ESSENTIAL | ZONE | {"VpcId": NETWORK["VpcId"]}, "PublicSubnetIds is needed"),
    "neither zone nor certificate": (ESSENTIAL | NETWORK, "HostedZoneId is needed"),
    "a load balancer without its listener": (
        _USUAL | {"ExistingLoadBalancerArn": LISTENER["ExistingLoadBalancerArn"]}, "needs ExistingListenerArn"),
    "a listener without its load balancer": (
        ESSENTIAL | {"ExistingListenerArn": LISTENER["ExistingListenerArn"]}, "needs ExistingLoadBalancerArn"),
    "a network beside a given listener": (ESSENTIAL | LISTENER | NETWORK, "leave VpcId and PublicSubnetIds empty"),
    "a zone beside a given listener": (ESSENTIAL | LISTENER | ZONE, "leave CertificateArn and HostedZoneId empty"),
    "access logs of a given listener": (ESSENTIAL | LISTENER | {"AccessLogBucket": "logs-of-ours"}, "leave AccessLogBucket empty"),
    "half a user pool": (_USUAL | POOL | {"ExistingUserPoolClientId": ""}, "needs ExistingUserPoolClientId"),
    "SAML beside a given pool": (_USUAL | POOL | SAML, "leave SamlMetadataUrl"),
    "a client without its pool": (_USUAL | {"ExistingUserPoolClientId": "abc"}, "need ExistingUserPoolArn"),
    "an endpoint that is none": (_USUAL | {"ManagedEndpoints": "tokyo=vpn-1:subnet-1"}, "ManagedEndpoints"),
    "more endpoints than there are rights for": (
        _USUAL | {"ManagedEndpoints": ";".join(f"e{i}={TOKYO}:{SUBNETS[0]}" for i in range(6))}, "ManagedEndpoints"),
    "a host name that is a URL": (_USUAL | {"HostName": "https://vpn.example.com/"}, "HostName"),
    "one subnet for a load balancer": (_USUAL | {"PublicSubnetIds": "subnet-0123456789abcdef0"}, "PublicSubnetIds"),
    "a window without an end": (_USUAL | {"OvernightWindow": "22:00"}, "OvernightWindow"),
    "office hours without an end": (_USUAL | {"OfficeHours": "09:00-"}, "OfficeHours"),
    "office hours with a lunch break": (_USUAL | {"OfficeHours": "09:00-12:00,13:00-18:00"}, "OfficeHours"),
    "an hour that does not exist": (_USUAL | {"OfficeHours": "09:00-24:00"}, "OfficeHours"),
    "a priority whose rules no listener has": (_USUAL | {"ListenerRulePriority": "5000"}, "ListenerRulePriority"),
    "an administrator without an address": (_USUAL | {"AdminEmails": "hana@example.com,root"}, "AdminEmails"),
    "an auditor behind a space": (_USUAL | {"AuditorEmails": "hana@example.com, ken@example.com"}, "AuditorEmails"),
    "a holiday by its name": (_USUAL | {"Holidays": "new-year"}, "Holidays"),
    "a month that does not exist": (_USUAL | {"Holidays": "2026-13-01"}, "Holidays"),
    "a range of holidays without an end": (_USUAL | {"Holidays": "2026-12-29.."}, "Holidays"),
    "holidays with a space": (_USUAL | {"Holidays": "2026-12-29, 2027-01-11"}, "Holidays"),
    "a booking that lapses at once": (_USUAL | {"BookingLifetimeDays": "0"}, "BookingLifetimeDays"),
    "news in a form that is none": (_USUAL | {"SendAuditEvents": "slack"}, "SendAuditEvents"),
    "a rate that is none": (_USUAL | {"SweepRate": "every minute"}, "SweepRate"),
}
