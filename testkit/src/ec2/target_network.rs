//! Target networks: a subnet's association with an endpoint, from `associating` to gone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::model::{AssociationId, SubnetId, VpcId};

/// The status of a target network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
#[serde(rename_all = "kebab-case")]
pub enum AssociationStatus {
    Associating,
    Associated,
    AssociationFailed,
    Disassociating,
    Disassociated,
}

/// A target network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct TargetNetwork {
    pub association_id: AssociationId,
    pub subnet_id: SubnetId,
    pub vpc_id: VpcId,
    pub availability_zone: String,
    pub status: AssociationStatus,
    pub associated_at: DateTime<Utc>,
    /// From when on the listing has it.
    pub listed_from: DateTime<Utc>,
    /// Whether `associating` will end in `association-failed`.
    pub will_fail: bool,
}

/// What associating and disassociating answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Association {
    pub association_id: AssociationId,
    pub status: AssociationStatus,
}

impl Association {
    pub(super) fn new(association_id: AssociationId, status: AssociationStatus) -> Self {
        Self {
            association_id,
            status,
        }
    }
}

impl AssociationStatus {
    /// EC2's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Associating => "associating",
            Self::Associated => "associated",
            Self::AssociationFailed => "association-failed",
            Self::Disassociating => "disassociating",
            Self::Disassociated => "disassociated",
        }
    }
}
