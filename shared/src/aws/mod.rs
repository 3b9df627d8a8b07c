//! The adapters: the only place that knows AWS's crates.

mod answer_guards;
mod clients;
mod dynamo;
mod dynamo_audit;
mod dynamo_errors;
mod dynamo_values;
mod dynamo_writes;
mod ec2;
mod ec2_answers;
mod http;
mod keys;
mod warm_up;

pub use clients::{Clients, InvalidVariables};
pub use dynamo::DynamoStore;
pub use dynamo_audit::DynamoAuditReader;
pub use ec2::Ec2ClientVpn;
pub use http::{Http, Roots, RootsError};
pub use keys::AlbPublicKeys;
pub use warm_up::{OpensConnection, warm_up};
