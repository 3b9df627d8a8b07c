//! What an administrator does by hand, and what EC2 is asked for then.

/// What an administrator does by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Associates the first subnet.
    Associate,
    /// Disassociates everything.
    Disassociate,
    /// Disassociates one subnet of several.
    DisassociateOne,
    /// Makes a route to this network on each associated subnet.
    AddRoute(u8),
    /// Deletes the route to this network on each subnet.
    DeleteRoute(u8),
    /// Chooses other security groups.
    ChooseGroups,
    /// Sets `mode` for so many minutes.
    Mode(&'static str, i64),
    /// Takes `mode` away.
    NoMode,
    /// Ends every connection.
    TerminateConnections,
}

impl Deed {
    /// A deed, as chance has it.
    pub fn draw(chance: &mut fastrand::Rng) -> Self {
        match chance.u8(..12) {
            0 => Self::Associate,
            1 => Self::Disassociate,
            2 => Self::DisassociateOne,
            3..=5 => Self::AddRoute(chance.u8(..4)),
            6 => Self::DeleteRoute(chance.u8(..4)),
            7 => Self::ChooseGroups,
            8 => Self::Mode("on", chance.i64(1..300)),
            9 => Self::Mode("hold", chance.i64(1..180)),
            10 => Self::NoMode,
            _ => Self::TerminateConnections,
        }
    }
}
