//! How much load.

/// How much load.
#[derive(Debug, Clone)]
pub struct Size {
    /// People who click within a minute and keep the page open.
    pub people: usize,
    /// Seconds that an association takes. People wait for it, and ask every five seconds.
    pub associating_seconds: u32,
    /// Managed endpoints that are swept.
    pub endpoints: usize,
    /// Connections on all of them, the first having three tenths.
    pub connections: usize,
    /// Connections that end within a minute, on the first.
    pub ends: usize,
    /// How long EC2 takes to answer a describing call, in milliseconds; without, as fast as it can.
    pub ec2_milliseconds: Option<u32>,
    /// EC2's request limit: calls at once, and in each second.
    pub throttle: (u32, u32),
}

impl Size {
    /// What the system must bear.
    pub fn full() -> Self {
        Self {
            people: 2_000,
            associating_seconds: 90,
            endpoints: 30,
            connections: 100_000,
            ends: 10_000,
            ec2_milliseconds: None,
            throttle: (100, 20),
        }
    }

    /// The same, small enough for each change to be tested with it.
    pub fn small() -> Self {
        Self {
            people: 60,
            associating_seconds: 65,
            endpoints: 6,
            connections: 9_000,
            ends: 200,
            ec2_milliseconds: None,
            throttle: (24, 20),
        }
    }
}
