//! made-up histories
