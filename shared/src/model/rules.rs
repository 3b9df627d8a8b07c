//! The numbers and times that the rules of DESIGN 6 work with: the same for all managed endpoints.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Holidays;

/// What the company decided about how long the VPN stays and which routes it has. Each field is the
/// configuration variable of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The zone of the overnight window's wall clock, and of times shown to people.
    pub time_zone: Tz,
    /// How long the VPN is idle before it is taken down, by day.
    pub idle_timeout: TimeDelta,
    /// How long the VPN waits for the first connection, from the moment it is ready.
    pub first_connection_grace: TimeDelta,
    /// When it is night; `None`: it never is.
    pub overnight_window: Option<DailyWindow>,
    /// The same inside the overnight window.
    pub overnight_idle_timeout: TimeDelta,
    /// Over what time a silent connection no longer counts as use, by day; `None`: it always counts.
    pub stale_connection: Option<TimeDelta>,
    /// The same inside the overnight window.
    pub overnight_stale_connection: Option<TimeDelta>,
    /// A connection that moves less payload than this is silent, in KiB an hour.
    pub silent_below_kib_per_hour: u32,
    /// The furthest ahead that an employee may extend.
    pub max_extension: TimeDelta,
    /// Routes made on every configured subnet at each start, beside the snapshot's; each once, in the order given.
    pub routes: Vec<Cidr>,
    /// Days on which no weekly booking stands.
    pub holidays: Holidays,
    /// How long a booking stands whose owner is not seen.
    pub booking_lifetime: TimeDelta,
}

/// A part of each day by the wall clock, from `from` (inside) to `to` (outside). It crosses midnight where `from`
/// is later than `to`; it is never empty and never the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyWindow {
    from: NaiveTime,
    to: NaiveTime,
}

/// A text that is not such a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWindow {
    #[error("it is not `HH:MM-HH:MM` (24 hours, 00:00 to 23:59)")]
    Malformed,
    #[error("it starts and ends at the same time")]
    Empty,
}

impl DailyWindow {
    /// A window between two different times of day.
    pub fn new(from: NaiveTime, to: NaiveTime) -> Result<Self, InvalidWindow> {
        if from == to {
            return Err(InvalidWindow::Empty);
        }
        Ok(Self { from, to })
    }

    pub fn from(self) -> NaiveTime {
        self.from
    }

    pub fn to(self) -> NaiveTime {
        self.to
    }
}

impl FromStr for DailyWindow {
    type Err = InvalidWindow;

    fn from_str(text: &str) -> Result<Self, InvalidWindow> {
        let (from, to) = text.split_once('-').ok_or(InvalidWindow::Malformed)?;
        Self::new(time_of_day(from)?, time_of_day(to)?)
    }
}

impl fmt::Display for DailyWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}",
            self.from.format("%H:%M"),
            self.to.format("%H:%M")
        )
    }
}

/// A time of day as people write it here, `HH:MM` and in no other way.
pub fn time_of_day(text: &str) -> Result<NaiveTime, InvalidWindow> {
    // chrono's `%H:%M` would also take `7:5`.
    let valid = matches!(text.as_bytes(), [a, b, b':', c, d]
        if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()));
    if !valid {
        return Err(InvalidWindow::Malformed);
    }
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| InvalidWindow::Malformed)
}

/// A network such as `10.20.0.0/16` or `2001:db8::/32`; the bits behind the prefix are zero, as EC2 demands of a route's
/// destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

impl Cidr {
    pub fn network(self) -> IpNet {
        self.0
    }
}

/// A text that is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCidr {
    #[error("it is not a network such as `10.20.0.0/16` or `2001:db8::/32`")]
    Malformed,
    #[error("it has bits set behind its prefix; the network is `{network}`")]
    HostBits { network: Cidr },
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let (address, length) = text.split_once('/').ok_or(InvalidCidr::Malformed)?;
        let address: IpAddr = address.parse().map_err(|_| InvalidCidr::Malformed)?;
        let given = prefix_length(length).and_then(|length| IpNet::new(address, length).ok());
        let given = given.ok_or(InvalidCidr::Malformed)?;
        let network = Self(given.trunc());
        if network.0 == given {
            Ok(network)
        } else {
            Err(InvalidCidr::HostBits { network })
        }
    }
}

/// One spelling for each length: `8`, and neither `08` nor `+8`.
fn prefix_length(text: &str) -> Option<u8> {
    let length: u8 = text.parse().ok()?;
    (length.to_string() == text).then_some(length)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Cidr {
    type Error = InvalidCidr;

    fn try_from(text: String) -> Result<Self, InvalidCidr> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_two_different_times_of_day() {
        let window: DailyWindow = "22:00-07:30".parse().unwrap();
        assert_eq!(window.from(), NaiveTime::from_hms_opt(22, 0, 0).unwrap());
        assert_eq!(window.to(), NaiveTime::from_hms_opt(7, 30, 0).unwrap());
        assert_eq!(window.to_string(), "22:00-07:30");
        assert!("00:00-23:59".parse::<DailyWindow>().is_ok());
        assert_eq!(
            "22:00-22:00".parse::<DailyWindow>(),
            Err(InvalidWindow::Empty)
        );
    }

    #[test]
    fn a_window_has_one_spelling() {
        for wrong in [
            "",
            "22:00",
            "22:00-",
            "22:00-7:00",
            "22-07",
            "24:00-07:00",
            "22:60-07:00",
            "22:00–07:00",
            " 22:00-07:00",
            "22:00 - 07:00",
            "22:00-07:00-08:00",
            "+2:00-07:00",
            "22:00:00-07:00:00",
        ] {
            assert_eq!(
                wrong.parse::<DailyWindow>(),
                Err(InvalidWindow::Malformed),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_cidr_is_a_network_and_reads_as_it_was_written() {
        for text in [
            "0.0.0.0/0",
            "10.20.0.0/16",
            "128.0.0.0/1",
            "10.1.2.3/32",
            "10.1.2.2/31",
            "::/0",
            "2001:db8::/32",
            "fd00:10:20::/48",
        ] {
            assert_eq!(text.parse::<Cidr>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0/8",
            "10.0.0.0/33",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "10.0.0.0/8 ",
            "010.0.0.0/8",
            "2001:db8::",
            "2001:db8::/129",
            "2001:db8::/032",
            "2001:db8::g/32",
            "::ffff::/32",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(
                wrong.parse::<Cidr>(),
                Err(InvalidCidr::Malformed),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_network_of_ipv6_is_written_in_its_shortest_form() {
        let cidr: Cidr = "2001:0DB8:0:0::/32".parse().unwrap();
        assert_eq!(cidr.to_string(), "2001:db8::/32");
    }

    #[test]
    fn a_cidr_with_host_bits_is_refused_with_the_network_that_was_meant() {
        for (wrong, meant) in [
            ("10.0.0.1/8", "10.0.0.0/8"),
            ("10.0.0.1/31", "10.0.0.0/31"),
            ("0.0.0.1/0", "0.0.0.0/0"),
            ("2001:db8::1/32", "2001:db8::/32"),
        ] {
            let network = meant.parse().unwrap();
            assert_eq!(
                wrong.parse::<Cidr>(),
                Err(InvalidCidr::HostBits { network }),
                "{wrong}"
            );
        }
    }
}
