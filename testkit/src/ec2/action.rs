//! The actions of the EC2 API.

use serde::{Deserialize, Serialize};

macro_rules! actions {
    ($($name:ident),* $(,)?) => {
        /// An action of the EC2 API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the names are EC2's")]
        pub enum Action { $($name),* }

        impl Action {
            /// All that this EC2 can do.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// EC2's name for it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }
    };
}

actions!(
    DescribeClientVpnEndpoints,
    DescribeClientVpnTargetNetworks,
    DescribeClientVpnConnections,
    DescribeClientVpnRoutes,
    DescribeClientVpnAuthorizationRules,
    DescribeSubnets,
    DescribeSecurityGroups,
    AssociateClientVpnTargetNetwork,
    DisassociateClientVpnTargetNetwork,
    CreateClientVpnRoute,
    DeleteClientVpnRoute,
    ApplySecurityGroupsToClientVpnTargetNetwork,
    ExportClientVpnClientConfiguration,
    TerminateClientVpnConnections,
    ModifyClientVpnEndpoint,
);

impl Action {
    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == name)
    }

    /// Whether it leaves the world as it is.
    pub fn only_reads(self) -> bool {
        match self {
            Self::DescribeClientVpnEndpoints
            | Self::DescribeClientVpnTargetNetworks
            | Self::DescribeClientVpnConnections
            | Self::DescribeClientVpnRoutes
            | Self::DescribeClientVpnAuthorizationRules
            | Self::DescribeSubnets
            | Self::DescribeSecurityGroups
            | Self::ExportClientVpnClientConfiguration => true,
            Self::AssociateClientVpnTargetNetwork
            | Self::DisassociateClientVpnTargetNetwork
            | Self::CreateClientVpnRoute
            | Self::DeleteClientVpnRoute
            | Self::ApplySecurityGroupsToClientVpnTargetNetwork
            | Self::TerminateClientVpnConnections
            | Self::ModifyClientVpnEndpoint => false,
        }
    }
}
