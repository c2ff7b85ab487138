//! Which addresses outgoing calls may reach: what is public, and what `outgoing.allow` adds.
//!
//! An IPv6 address that only carries an IPv4 address (mapped, NAT64, 6to4) is judged by the IPv4 address, because that is
//! where the packet ends. Everything that the registries of IANA call special is closed: private, loopback, link-local with
//! the metadata services of clouds, shared, documentation, multicast, reserved.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6(a: u16, b: u16, length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length))
}

/// Everything that is not public (RFC 6890 and the registries that it began; RFC 4193 and RFC 6598 for two of the rows).
const CLOSED: [IpNet; 23] = [
    v4(0, 0, 0, 0, 8),       // this host on this network
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // shared between customers of a carrier (RFC 6598)
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local; metadata services of clouds
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 31, 196, 0, 24), // AS112
    v4(192, 52, 193, 0, 24), // multicast relays
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(192, 175, 48, 0, 24), // AS112
    v4(198, 18, 0, 0, 15),   // benchmarks
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 3),     // multicast, reserved, broadcast
    v6(0, 0, 3),             // unspecified, loopback, translation of one's own, discard
    v6(0x2001, 0, 23),       // protocol assignments with Teredo
    v6(0x2001, 0xdb8, 32),   // documentation
    v6(0x3fff, 0, 20),       // documentation
    v6(0x4000, 0, 2),        // not assigned
    v6(0x8000, 0, 1),        // unique local (RFC 4193), link-local, multicast
];

/// The IPv4 address inside an IPv6 address that only carries one, or the address itself.
fn carried(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let [a, b, c, d, e, f, g, h] = six.segments();
    let four = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match [a, b, c, d, e, f] {
        // Mapped (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] => four(g, h),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => four(high, low),
        _ => address,
    }
}

/// Whether the whole of `net` is closed, so that it makes sense to open it.
pub(crate) fn is_closed(net: &IpNet) -> bool {
    CLOSED.iter().any(|closed| closed.contains(net))
}

/// What may be reached, and by which scheme.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    allow: Arc<[IpNet]>,
}

impl Guard {
    pub(super) fn new(allow: &[IpNet]) -> Self {
        Self { allow: allow.into() }
    }

    /// Whether any network was allowed.
    pub(super) fn allows_anything(&self) -> bool {
        !self.allow.is_empty()
    }

    /// Whether a connection to `address` may be made. `plain`: by http, which only an address that was allowed may get.
    pub(super) fn permits(&self, address: IpAddr, plain: bool) -> bool {
        let target = carried(address);
        let allowed = self
            .allow
            .iter()
            .any(|net| net.contains(&target) || net.contains(&address));
        allowed || (!plain && !CLOSED.iter().any(|closed| closed.contains(&target)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carried_address_is_the_one_that_is_judged() {
        for (written, judged) in [
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("::ffff:0:10.0.0.1", "10.0.0.1"),
            ("64:ff9b::7f00:1", "127.0.0.1"),
            ("2002:7f00:1::", "127.0.0.1"),
            ("2002:a9fe:a9fe::1", "169.254.169.254"),
            ("2606:4700::1", "2606:4700::1"),
            ("64:ff9b:1::7f00:1", "64:ff9b:1::7f00:1"),
        ] {
            let written: IpAddr = written.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            assert_eq!(carried(written).to_string(), judged);
        }
    }

    #[test]
    fn what_was_allowed_is_open_also_by_plain_http_and_nothing_else_is() {
        let nets: Vec<IpNet> = ["10.1.0.0/16", "fd00::/8"]
            .iter()
            .filter_map(|net| net.parse().ok())
            .collect();
        let guard = Guard::new(&nets);
        for (address, https, http) in [
            ("10.1.2.3", true, true),
            ("::ffff:10.1.2.3", true, true),
            ("fd12::1", true, true),
            ("10.2.0.1", false, false),
            ("127.0.0.1", false, false),
            ("fe80::1", false, false),
            ("8.8.8.8", true, false),
            ("2606:4700::1", true, false),
        ] {
            let address: IpAddr = address.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            assert_eq!(
                (guard.permits(address, false), guard.permits(address, true)),
                (https, http),
                "{address}"
            );
        }
    }

    #[test]
    fn only_what_is_closed_can_be_opened() {
        let net = |text: &str| text.parse::<IpNet>().map(|net| is_closed(&net));
        for closed in ["127.0.0.0/8", "10.1.0.0/16", "192.168.3.4/32", "::1/128", "fd00::/8"] {
            assert_eq!(net(closed), Ok(true), "{closed}");
        }
        for open in ["0.0.0.0/0", "8.8.8.0/24", "::/0", "172.0.0.0/8", "2606:4700::/32"] {
            assert_eq!(net(open), Ok(false), "{open}");
        }
    }
}
