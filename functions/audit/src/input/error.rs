//! What is wrong with a query, for who sent it.

/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InputError {
    #[error("the parameter `{0}` is there more than once")]
    Repeated(&'static str),
    #[error("the parameter `{0}` is not percent-encoded UTF-8")]
    Encoding(&'static str),
    #[error("the parameter `{0}` is too long")]
    Long(&'static str),
    #[error("`endpoint` names no VPN of this installation")]
    Endpoint,
    #[error(
        "`event` is neither an event such as `lease.released` nor a family of them such as `lease.`"
    )]
    Event,
    #[error("`{0}` is not a day such as 2026-11-23")]
    Day(&'static str),
    #[error("`month` is not a month such as 2026-11")]
    Month,
    #[error("say either `month`, or `from` and `to`")]
    MonthOrDays,
    #[error("`to` is there without `from`")]
    OnlyTo,
    #[error("`from` is later than `to`")]
    Order,
    #[error("from `from` to `to` are more than 13 months")]
    TooManyMonths,
    #[error("`limit` is not a whole number from 1 to 500")]
    Limit,
    #[error("`cursor` is not one that a page of this view has named")]
    Cursor,
}

impl InputError {
    /// The parameter that it is about.
    pub(crate) fn parameter(&self) -> &'static str {
        match self {
            Self::Repeated(name) | Self::Encoding(name) | Self::Long(name) | Self::Day(name) => {
                name
            }
            Self::Endpoint => "endpoint",
            Self::Event => "event",
            Self::Month | Self::MonthOrDays => "month",
            Self::OnlyTo => "to",
            Self::Order | Self::TooManyMonths => "from",
            Self::Limit => "limit",
            Self::Cursor => "cursor",
        }
    }
}
