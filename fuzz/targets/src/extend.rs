//! Bodies of `POST /vpn/{name}/extend`.

use crate::body::post;
use crate::stage::{configuration, now};

/// A body that is accepted makes one lease, which ends after now and within the limit; any other is a 400, and nothing
/// is asked of AWS. See `post` for the input.
pub fn extend(data: &[u8]) {
    let (answer, asked) = post("/vpn/tokyo/extend", data);
    let limit = now() + configuration().common.settings.rules.max_extension;
    match answer.status {
        200 | 202 | 303 => {
            let [lease] = &asked.leases[..] else {
                panic!("not one lease: {:?}", asked.leases);
            };
            assert!(lease.until > now() && lease.until <= limit, "{lease:?}");
        }
        400 => assert_eq!(asked.calls, 0, "{answer:?}"),
        _ => panic!("neither accepted nor refused: {answer:?}"),
    }
}
