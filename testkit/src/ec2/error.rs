//! What EC2 answers when it refuses, each with its code and HTTP status, in one table.

use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId, VpcId};

use super::cidr::Cidr;
use super::route::RouteTarget;

/// A refusal by EC2
/// (codes: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum ApiError {
    #[error("Endpoint {0} does not exist")]
    EndpointNotFound(String),
    #[error("Subnet {0} does not exist")]
    SubnetNotFound(SubnetId),
    #[error("Subnet {subnet} is not in {vpc}, the VPC of this endpoint")]
    SubnetInOtherVpc { subnet: SubnetId, vpc: VpcId },
    #[error("Another subnet in Availability Zone {0} is associated with this endpoint already")]
    DuplicateZone(String),
    #[error("The range of subnet {0} overlaps with the client CIDR block of this endpoint")]
    OverlappingCidr(SubnetId),
    #[error("Subnet {0} has fewer than 20 free addresses")]
    TooFewAddresses(SubnetId),
    #[error("Subnet {0} is already associated with this endpoint")]
    DuplicateAssociation(SubnetId),
    #[error("This endpoint has as many associations as it may have: {0}")]
    AssociationLimit(usize),
    #[error("Association {0} does not exist")]
    AssociationNotFound(AssociationId),
    #[error("{0}")]
    IncorrectState(String),
    #[error("Endpoint {0} is attached to a transit gateway; a subnet cannot be associated with it")]
    TransitGateway(EndpointId),
    #[error("Route {cidr} through {target} already exists")]
    DuplicateRoute { cidr: Cidr, target: RouteTarget },
    #[error("Route {cidr} through {target} does not exist")]
    RouteNotFound { cidr: Cidr, target: RouteTarget },
    #[error("The route table holds as many routes for this association as it may hold: {0}")]
    RouteLimit(usize),
    #[error("Endpoint {endpoint} has no active association with {target}")]
    NoActiveAssociation {
        endpoint: EndpointId,
        target: String,
    },
    #[error("Route {0} was added with an association and goes only with it")]
    AutomaticRoute(Cidr),
    #[error("Connection {0} does not exist or is not active")]
    ConnectionNotFound(ConnectionId),
    #[error("User {0} has no active connection")]
    UserNotFound(String),
    #[error("The security group '{0}' does not exist")]
    GroupNotFound(SecurityGroupId),
    #[error("The client token was used before, with other parameters")]
    IdempotentParameterMismatch,
    #[error("The request must contain the parameter {0}")]
    MissingParameter(&'static str),
    #[error("Value ({value}) for parameter {parameter} is invalid. {reason}")]
    InvalidParameterValue {
        parameter: String,
        value: String,
        reason: String,
    },
    #[error("{0}")]
    InvalidParameterCombination(&'static str),
    #[error("The parameter {0} is not recognized")]
    UnknownParameter(String),
    #[error("The token is not valid for this request")]
    InvalidNextToken,
    #[error("The request must contain the parameter Action")]
    MissingAction,
    #[error("The action {0} is not valid for this web service.")]
    InvalidAction(String),
    #[error("The requested version ({0}) of service AmazonEC2 does not exist")]
    NoSuchVersion(String),
    #[error("Request would have succeeded, but DryRun flag is set.")]
    DryRun,
    #[error("Request is missing Authentication Token")]
    MissingAuthenticationToken,
    #[error("AWS was not able to validate the provided access credentials")]
    AuthFailure,
    #[error("Request limit exceeded.")]
    RequestLimitExceeded,
    #[error("Too many operations are under way on endpoint {0}")]
    ConcurrentMutationLimit(EndpointId),
    #[error("{message}")]
    Injected {
        code: String,
        message: String,
        status: u16,
    },
}

impl ApiError {
    /// EC2's error code, as it stands in the answer.
    pub fn code(&self) -> &str {
        match self {
            Self::EndpointNotFound(_) => "InvalidClientVpnEndpointId.NotFound",
            Self::SubnetNotFound(_) => "InvalidClientVpnSubnetId.NotFound",
            // EC2's list has no code of its own for another VPC; this is its nearest.
            Self::SubnetInOtherVpc { .. } => "InvalidClientVpnSubnetId.DifferentAccount",
            Self::DuplicateZone(_) => "InvalidClientVpnSubnetId.DuplicateAz",
            Self::OverlappingCidr(_) => "InvalidClientVpnSubnetId.OverlappingCidr",
            Self::TooFewAddresses(_) => "InsufficientFreeAddressesInSubnet",
            Self::DuplicateAssociation(_) => "InvalidClientVpnDuplicateAssociationException",
            Self::AssociationLimit(_) => "ClientVpnEndpointAssociationLimitExceeded",
            Self::AssociationNotFound(_) => "InvalidClientVpnAssociationIdNotFound",
            Self::IncorrectState(_) => "IncorrectState",
            Self::TransitGateway(_) => "UnsupportedOperation",
            Self::DuplicateRoute { .. } => "InvalidClientVpnDuplicateRoute",
            Self::RouteNotFound { .. } => "InvalidClientVpnRouteNotFound",
            Self::RouteLimit(_) => "ClientVpnRouteLimitExceeded",
            Self::NoActiveAssociation { .. } => "InvalidClientVpnActiveAssociationNotFound",
            Self::AutomaticRoute(_) => "OperationNotPermitted",
            Self::ConnectionNotFound(_) => "InvalidClientVpnConnection.IdNotFound",
            Self::UserNotFound(_) => "InvalidClientVpnConnection.UserNotFound",
            Self::GroupNotFound(_) => "InvalidGroup.NotFound",
            Self::IdempotentParameterMismatch => "IdempotentParameterMismatch",
            Self::MissingParameter(_) => "MissingParameter",
            Self::InvalidParameterValue { .. } => "InvalidParameterValue",
            Self::InvalidParameterCombination(_) => "InvalidParameterCombination",
            Self::UnknownParameter(_) => "UnknownParameter",
            Self::InvalidNextToken => "InvalidNextToken",
            Self::MissingAction => "MissingAction",
            Self::InvalidAction(_) => "InvalidAction",
            Self::NoSuchVersion(_) => "NoSuchVersion",
            Self::DryRun => "DryRunOperation",
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::AuthFailure => "AuthFailure",
            Self::RequestLimitExceeded => "RequestLimitExceeded",
            Self::ConcurrentMutationLimit(_) => "ConcurrentMutationLimitExceeded",
            Self::Injected { code, .. } => code,
        }
    }

    /// The HTTP status that EC2 sends with it: 400 for most.
    pub fn status(&self) -> u16 {
        if let Self::Injected { status, .. } = self {
            return *status;
        }
        match self.code() {
            "DryRunOperation" => 412,
            "AuthFailure" => 401,
            "MissingAuthenticationToken" => 403,
            "RequestLimitExceeded" => 503,
            _ => 400,
        }
    }

    /// A value that its parameter cannot have.
    /// A parameter with a value that EC2 does not take, and why.
    pub fn invalid(parameter: &str, value: &str, reason: &str) -> Self {
        Self::InvalidParameterValue {
            parameter: parameter.to_owned(),
            value: value.chars().take(80).collect(),
            reason: reason.to_owned(),
        }
    }
}
