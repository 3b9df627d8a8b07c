//! What is played on the sandbox: a working day, a storm, a load. Each starts the real functions as processes, and fails
//! if anything was not as it should be. And [`mod@bench`], which only measures.

pub mod bench;
mod browser;
pub mod chaos;
mod checks;
pub mod day;
pub mod load;
