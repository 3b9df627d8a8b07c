//! The parts of the sandbox that the page, its forms and the API act on.

use std::sync::Arc;

use crate::clock::ClockKeeper;
use crate::dynamo::Dynamo;
use crate::ec2::Ec2;
use crate::environment::Urls;
use crate::lambda::Lambda;
use crate::scheduler::Scheduler;

/// Where the page is.
pub(super) const PATH: &str = "/sandbox/";

/// What can be looked at and acted on.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    pub(crate) clock: Arc<ClockKeeper>,
    pub(crate) ec2: Ec2,
    pub(crate) dynamo: Dynamo,
    pub(crate) lambda: Lambda,
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) urls: Urls,
}
