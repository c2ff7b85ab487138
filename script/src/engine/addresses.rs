//! `ip_address` and `ip_network`: what Python's `ipaddress` tells about an address, for the classes of the prelude.
//!
//! An address also has a key of 32 hexadecimal digits: keys of one version compare as the addresses do.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use monty_types::{ExcType, MontyObject};

use super::arguments::{Answer, raise};
use super::convert::text;

/// Networks that are not reachable from everywhere: those of the IANA registries, as Python lists them.
const PRIVATE: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "fc00::/7",
    "fe80::/10",
];

/// Parts of the private networks that are reachable all the same.
const PUBLIC: &[&str] = &[
    "192.0.0.9/32",
    "192.0.0.10/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
];

/// `ip_address(text)`, as the list that `__Address` takes.
pub(super) fn address(given: &str) -> Answer {
    match given.parse::<IpAddr>() {
        Ok(address) => Ok(described(address)),
        Err(_) => raise(
            ExcType::ValueError,
            format!("'{given}' does not appear to be an IPv4 or IPv6 address"),
        ),
    }
}

/// `ip_network(text, strict)`, as the list that `__Network` takes.
pub(super) fn network(given: &str, strict: bool) -> Answer {
    let Some(network) = parse(given) else {
        return raise(
            ExcType::ValueError,
            format!("'{given}' does not appear to be an IPv4 or IPv6 network"),
        );
    };
    if strict && network.addr() != network.network() {
        return raise(ExcType::ValueError, format!("{given} has host bits set"));
    }
    let network = network.trunc();
    Ok(MontyObject::List(vec![
        text(network.to_string()),
        described(network.network()),
        described(network.broadcast()),
        MontyObject::Int(i64::from(network.prefix_len())),
    ]))
}

fn parse(given: &str) -> Option<IpNet> {
    if let Ok(address) = given.parse::<IpAddr>() {
        return Some(IpNet::from(address));
    }
    if let Ok(network) = given.parse() {
        return Some(network);
    }
    let (address, mask) = given.split_once('/')?;
    let (address, mask) = (address.parse::<Ipv4Addr>().ok()?, mask.parse::<Ipv4Addr>().ok()?);
    Ipv4Net::with_netmask(address, mask).ok().map(IpNet::V4)
}

fn described(address: IpAddr) -> MontyObject {
    let private = within(PRIVATE, address) && !within(PUBLIC, address);
    let (version, key, link_local, reserved, exploded) = match address {
        IpAddr::V4(v4) => {
            let reserved = v4.octets()[0] >= 240;
            (
                4,
                format!("{:032x}", v4.to_bits()),
                v4.is_link_local(),
                reserved,
                v4.to_string(),
            )
        }
        IpAddr::V6(v6) => {
            let exploded: Vec<_> = v6.segments().iter().map(|part| format!("{part:04x}")).collect();
            let first = v6.segments()[0];
            // Everything outside 2000::/3, fc00::/7, fe80::/9 and ff00::/8 is kept for later.
            let reserved =
                !(first & 0xe000 == 0x2000 || first & 0xfe00 == 0xfc00 || first & 0xff80 == 0xfe80 || first >= 0xff00);
            let key = format!("{:032x}", v6.to_bits());
            (6, key, first & 0xffc0 == 0xfe80, reserved, exploded.join(":"))
        }
    };
    let shared = within(&["100.64.0.0/10"], address);
    MontyObject::List(vec![
        text(address.to_string()),
        text(key),
        MontyObject::Int(version),
        MontyObject::Bool(private),
        MontyObject::Bool(!private && !shared),
        MontyObject::Bool(address.is_loopback()),
        MontyObject::Bool(link_local),
        MontyObject::Bool(address.is_multicast()),
        MontyObject::Bool(address.is_unspecified()),
        MontyObject::Bool(reserved),
        text(exploded),
    ])
}

fn within(networks: &[&str], address: IpAddr) -> bool {
    let networks = networks.iter().filter_map(|network| network.parse::<IpNet>().ok());
    networks.into_iter().any(|network| network.contains(&address))
}
