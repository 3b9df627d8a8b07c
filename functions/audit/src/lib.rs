//! The function behind the ALB for administrators: who asked, what was done, why, and what it cost. It only reads.

#[cfg(feature = "aws")]
mod deployed;

#[cfg(feature = "aws")]
pub use deployed::run;
