//! wip

pub mod ec2;
