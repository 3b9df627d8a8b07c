//! The calls: by the functions' adapters, and by the SDK where those hide what a row needs to see.

mod dynamo;
mod ec2;

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_ec2::config::Builder;
use shared::aws::{Clients, DynamoStore, Ec2ClientVpn};

use crate::config::Tables;

pub use dynamo::{Collisions, DONE};

/// An account and region of AWS.
#[derive(Debug, Clone)]
pub struct Aws {
    /// The adapter to EC2, with its timeouts and its checks of answers.
    pub vpn: Arc<Ec2ClientVpn>,
    /// The adapter to the tables; `None`: they are not configured.
    pub store: Option<Arc<DynamoStore>>,
    /// The region; `None`: none is configured.
    pub region: Option<String>,
    ec2: aws_sdk_ec2::Client,
    dynamo: aws_sdk_dynamodb::Client,
}

impl Aws {
    /// Makes the clients. The two configurations differ only where a test plays AWS.
    pub fn new(ec2: &SdkConfig, dynamo: &SdkConfig, tables: Option<&Tables>) -> Self {
        let store = tables.map(|tables| {
            let clients = Clients::from_config(dynamo.clone());
            Arc::new(clients.store(&tables.lease, &tables.audit))
        });
        Self {
            vpn: Arc::new(Clients::from_config(ec2.clone()).vpn()),
            store,
            region: ec2.region().map(ToString::to_string),
            ec2: aws_sdk_ec2::Client::from_conf(Builder::from(ec2).build()),
            dynamo: aws_sdk_dynamodb::Client::new(dynamo),
        }
    }
}
