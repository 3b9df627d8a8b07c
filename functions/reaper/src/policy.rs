//! The policy in force is put on record by the first sweep of a process: a deploy with other settings begins new ones.

use std::sync::atomic::{AtomicBool, Ordering};

use shared::model::PolicyText;
use shared::reconcile::Reconciler;
use tracing::error;

/// The policy of this process, and whether it is on record.
#[derive(Debug)]
pub struct PolicyOnRecord {
    policy: PolicyText,
    is_noted: AtomicBool,
}

impl PolicyOnRecord {
    /// It is not known to be on record yet.
    pub fn new(policy: PolicyText) -> Self {
        Self {
            policy,
            is_noted: AtomicBool::new(false),
        }
    }

    /// Puts it on record, once. It keeps no endpoint from being swept: what fails is tried again by the next sweep.
    pub(crate) async fn note(&self, reconciler: &Reconciler) {
        if self.is_noted.load(Ordering::Relaxed) {
            return;
        }
        match reconciler.note_policy(&self.policy).await {
            Ok(()) => self.is_noted.store(true, Ordering::Relaxed),
            Err(error) => {
                error!(error = %error, "the settings in force could not be put on record; the next sweep tries again");
            }
        }
    }
}
