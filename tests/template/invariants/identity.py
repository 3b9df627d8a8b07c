"""Sign-in and sign-out."""

from urllib.parse import parse_qs, urlsplit

from subject import BEHIND_ALB, environment, sign_in

from . import invariant


def _client(t):
    return t.full.one("AWS::Cognito::UserPoolClient")


@invariant
def the_client_has_a_secret(t):
    assert _client(t).get("GenerateSecret") is True, "the load balancer cannot use a client without one"


@invariant
def the_client_uses_the_code_flow_alone(t):
    client = _client(t)
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthFlowsUserPoolClient"] is True
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"], "no password is typed at this client"


@invariant
def the_client_returns_to_the_load_balancer(t):
    client = _client(t)
    assert client["CallbackURLs"] == ["https://vpn.example.com/oauth2/idpresponse"]
    outputs = t.full.outputs()
    assert client["CallbackURLs"] == [outputs["CallbackUrl"]] and client["LogoutURLs"] == [outputs["SignedOutUrl"]]


@invariant
def sign_in_asks_for_openid_and_email(t):
    asked = sign_in(t.full)["Scope"].split()
    assert {"openid", "email"} <= set(asked)
    assert set(asked) <= set(_client(t)["AllowedOAuthScopes"]), "the client must allow what is asked for"


@invariant
def there_is_no_sign_up(t):
    pool = t.full.one("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


@invariant
def the_pool_has_the_issuer_that_load_balancers_know(t):
    pool = t.full.one("AWS::Cognito::UserPool")
    assert pool.get("IssuerConfiguration") == {"Type": "ORIGINAL"}, "sign-in at a load balancer fails with the other one"


@invariant
def saml_is_there_once_its_metadata_is(t):
    provider = t.full.one("AWS::Cognito::UserPoolIdentityProvider")
    assert provider["ProviderDetails"]["MetadataURL"] == t.full.parameters["SamlMetadataUrl"]
    assert provider["AttributeMapping"] == {"email": "email"}
    assert _client(t)["SupportedIdentityProviders"] == [provider["ProviderName"]], "and nothing beside it"
    assert sign_in(t.full)["AuthenticationRequestExtraParams"] == {"identity_provider": provider["ProviderName"]}
    before = t.before_saml
    assert not before.there_are("AWS::Cognito::UserPoolIdentityProvider")
    assert before.one("AWS::Cognito::UserPoolClient")["SupportedIdentityProviders"] == ["COGNITO"]
    assert "AuthenticationRequestExtraParams" not in sign_in(before)


@invariant
def a_person_can_sign_in_twice(t):
    (email,) = [a for a in t.full.one("AWS::Cognito::UserPool")["Schema"] if a["Name"] == "email"]
    assert email["Mutable"] is True, "SAML writes the address at every sign-in"
    assert "email" in _client(t)["WriteAttributes"]


@invariant
def the_function_trusts_its_own_load_balancer_and_pool(t):
    for name, stack in t.stacks().items():
        own = stack.there_are("AWS::ElasticLoadBalancingV2::LoadBalancer")
        given = stack.parameters["ExistingLoadBalancerArn"]
        balancer = f"loadbalancer/app/{next(iter(own))}/0" if own else given
        for function in BEHIND_ALB:
            variables, config = environment(stack, function), sign_in(stack, function)
            pool = config["UserPoolArn"].rsplit("/", 1)[1]
            said = f"{name}: {function}"
            assert variables["OIDC_ISSUER"] == f"https://cognito-idp.ap-northeast-1.amazonaws.com/{pool}", said
            assert variables["OIDC_CLIENT_ID"] == config["UserPoolClientId"], said
            assert variables["ALB_ARN"].endswith(balancer), said


@invariant
def signing_out_leads_to_cognito_and_back(t):
    for stack, function in [(s, f) for s in t.stacks().values() for f in BEHIND_ALB]:
        url = urlsplit(environment(stack, function)["SIGN_OUT_URL"])
        query = parse_qs(url.query)
        domain = sign_in(stack)["UserPoolDomain"]
        host = domain if "." in domain else f"{domain}.auth.ap-northeast-1.amazoncognito.com"
        assert (url.scheme, url.netloc, url.path) == ("https", host, "/logout"), function
        assert query["client_id"] == [sign_in(stack)["UserPoolClientId"]], function
        assert query["logout_uri"] == ["https://vpn.example.com/signed-out"], function
    assert _client(t)["LogoutURLs"] == ["https://vpn.example.com/signed-out"]


@invariant
def the_outputs_say_what_to_enter_for_saml(t):
    for stack in (t.full, t.before_saml):
        outputs = stack.outputs()
        domain = stack.one("AWS::Cognito::UserPoolDomain")["Domain"]
        assert outputs["SamlAcsUrl"] == f"https://{domain}.auth.ap-northeast-1.amazoncognito.com/saml2/idpresponse"
        assert outputs["SamlAudience"] == "urn:amazon:cognito:sp:ap-northeast-1_UserPool"
    for word in ("SamlAcsUrl", "SamlAudience", "${user:subject}", "persistent", "${user:email}", "SamlMetadataUrl"):
        assert word in t.before_saml.outputs()["NextSteps"], word
