//! EC2's XML, through the SDK and the adapter into our types.

use bytes::Bytes;
use chrono::DateTime;
use shared::aws::Ec2ClientVpn;
use shared::model::{AssociationId, Connection, EndedAt, Route, RouteKey, SubnetId, TargetNetwork};
use shared::ports::{ClientVpn as _, VpnError};

use crate::replay::Replay;
use crate::stage::{block_on, endpoint};
use crate::xml::{Item, items};

/// Stands between two pages of a listing.
const NEXT_PAGE: &[u8] = b"\n----\n";
/// An answer of the longest that a fuzzer makes, cut into the shortest pages, has fewer.
const MAX_CALLS: usize = 600;
/// Whatever EC2 answers is read in bounded time, and gives what obeys the domain's types or an error. A connection that
/// is not said to be over or about to be counts as connected, and one odd connection never fails its listing.
///
/// The input's first line is a call and an HTTP status, such as `connections 200`; the rest are the bodies of its
/// answers, parted by a line of `----`. The last one is repeated for as long as it is asked for.
pub fn ec2(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (first, bodies) = data.split_at(end.unwrap_or(data.len()));
    let Some((call, status)) = std::str::from_utf8(first)
        .ok()
        .and_then(|line| line.split_once(' '))
    else {
        return;
    };
    let Some(status) = status
        .parse()
        .ok()
        .filter(|status| (200..600).contains(status))
    else {
        return;
    };
    let pages = pages(bodies.strip_prefix(b"\n").unwrap_or_default());
    let script = pages.clone();
    let replay = Replay::new(move |number| (status, script[number.min(script.len() - 1)].clone()));
    let vpn = replay.vpn();
    match call {
        "connections" => connections(&vpn, &replay, &pages),
        "networks" => networks(&vpn, &replay, &pages),
        "routes" => routes(&vpn, &replay, &pages),
        _ => single(call, &vpn),
    }
    assert!(replay.calls() <= MAX_CALLS, "{} calls", replay.calls());
}

fn pages(mut bodies: &[u8]) -> Vec<Bytes> {
    let mut pages = Vec::new();
    let mut windows = bodies.windows(NEXT_PAGE.len());
    while let Some(end) = windows.position(|window| window == NEXT_PAGE) {
        pages.push(Bytes::copy_from_slice(&bodies[..end]));
        bodies = &bodies[end + NEXT_PAGE.len()..];
        windows = bodies.windows(NEXT_PAGE.len());
    }
    pages.push(Bytes::copy_from_slice(bodies));
    pages
}

fn connections(vpn: &Ec2ClientVpn, replay: &Replay, pages: &[Bytes]) {
    let Ok(found) = block_on(vpn.connections(&endpoint())) else {
        return;
    };
    for Connection {
        active,
        ended_at,
        established_at,
        ..
    } in &found
    {
        assert!(!*active || ended_at.is_none(), "in use, and over");
        let ended_at = ended_at.map(|end| end.at(DateTime::UNIX_EPOCH));
        for time in [ended_at, *established_at].into_iter().flatten() {
            let text = shared::model::item::rfc3339(time);
            assert_eq!(text.len(), 20, "no RFC 3339: {text}");
        }
    }
    let Some(listed) = listed(replay, pages, "connections") else {
        return;
    };
    assert_eq!(found.len(), listed.len());
    for (connection, item) in found.iter().zip(&listed) {
        let status = item.text("status/code");
        let over = status == Some("terminated");
        assert_eq!(connection.active, !over && status != Some("terminating"));
        assert!(
            !over || connection.ended_at.is_some(),
            "over, and never ended"
        );
        let says_when = matches!(connection.ended_at, Some(EndedAt::Stated(_)));
        let when = item.text("connectionEndTime").unwrap_or_default();
        assert!(!says_when || when.contains(':'), "ended at {when}");
    }
}

fn networks(vpn: &Ec2ClientVpn, replay: &Replay, pages: &[Bytes]) {
    let Ok(found) = block_on(vpn.target_networks(&endpoint())) else {
        return;
    };
    let Some(mut listed) = listed(replay, pages, "clientVpnTargetNetworks") else {
        return;
    };
    listed.retain(|item| {
        let id = item.text("clientVpnEndpointId");
        id.is_none_or(|id| id == endpoint().as_str())
    });
    assert_eq!(found.len(), listed.len());
    for (
        TargetNetwork {
            association_id,
            subnet_id,
            status,
            ..
        },
        item,
    ) in found.iter().zip(&listed)
    {
        assert_eq!(Some(subnet_id.as_str()), item.text("targetNetworkId"));
        assert_eq!(Some(association_id.as_str()), item.text("associationId"));
        let code = item.text("status/code").unwrap_or_default();
        assert!(
            status.as_str() == code || status.as_str() == "unknown",
            "{code}"
        );
    }
}

fn routes(vpn: &Ec2ClientVpn, replay: &Replay, pages: &[Bytes]) {
    let Ok(found) = block_on(vpn.routes(&endpoint())) else {
        return;
    };
    let Some(listed) = listed(replay, pages, "routes") else {
        return;
    };
    assert_eq!(found.len(), listed.len());
    for (Route { key, manual, .. }, item) in found.iter().zip(&listed) {
        assert_eq!(Some(key.cidr.as_str()), item.text("destinationCidr"));
        assert_eq!(*manual, item.text("origin") != Some("associate"));
        let target = item.text("targetSubnet").unwrap_or_default();
        if target.is_empty() {
            assert!(key.is_local(), "no target, and not local: {key}");
            let gateway = item.text("transitGatewayAttachmentId");
            assert_eq!(gateway.unwrap_or_default(), "", "local, to a gateway");
        } else {
            assert_eq!(key.subnet_id.as_str(), target);
        }
    }
}

/// What another reader finds in all the pages that were read.
fn listed(replay: &Replay, pages: &[Bytes], listing: &str) -> Option<Vec<Item>> {
    let mut listed = Vec::new();
    for number in 0..replay.calls() {
        listed.extend(items(&pages[number.min(pages.len() - 1)], listing)?);
    }
    Some(listed)
}

/// Calls with one answer.
fn single(call: &str, vpn: &Ec2ClientVpn) {
    let id = endpoint();
    let subnet = SubnetId::observed("subnet-0aaaaaaaaaaaaaaa1");
    let failed = match call {
        "endpoint" => block_on(vpn.endpoint(&id)).err(),
        "associate" => block_on(vpn.associate(&id, &subnet, "token")).err(),
        "disassociate" => {
            let association = AssociationId::observed("cvpn-assoc-0123456789abcdef0");
            block_on(vpn.disassociate(&id, &association)).err()
        }
        "create-route" => {
            let key = RouteKey {
                cidr: "0.0.0.0/0".to_owned(),
                subnet_id: subnet,
            };
            block_on(vpn.create_route(&id, &key, None, "token")).err()
        }
        "profile" => match block_on(vpn.export_profile(&id)) {
            Ok(profile) => {
                assert_ne!(profile, "");
                None
            }
            Err(error) => Some(error),
        },
        _ => None,
    };
    if let Some(VpnError::Refused { code, .. }) = failed {
        assert!(!code.starts_with("Throttling"), "worth another try: {code}");
    }
}
