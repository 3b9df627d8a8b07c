//! Nothing to do: see the manifest.

fn main() {}
