//! The adapters: the only files that see a type of the AWS SDK.

mod clients;
mod dynamo;
mod dynamo_values;
mod ec2;
mod ec2_errors;

pub use clients::{Clients, http_client};
pub use dynamo::DynamoStore;
pub use ec2::Ec2ClientVpn;
