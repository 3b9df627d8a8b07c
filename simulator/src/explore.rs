//! Small worlds, in every order.
