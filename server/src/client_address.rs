//! Whose request it is: the address of the client, through proxies that are trusted and no others.
//!
//! Only the address is taken from forwarding headers. Scheme and host come from `public_url`, whatever a header says.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

/// More hops than any real chain of proxies has; further ones are not looked at.
const MOST_HOPS: usize = 32;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client that a request came from.
///
/// It is the peer's, unless the peer is a trusted proxy. Then the hops that `Forwarded` (RFC 7239) or `X-Forwarded-For` name are walked
/// from the right, past those that are trusted: the first other one is the client. What stands further left was written by the
/// client and is not read. A hop that is no address, or two headers that disagree, leave the peer's address.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if trusted.is_empty() || !is_trusted(peer, trusted) {
        return peer;
    }
    let forwarded = headers
        .contains_key(header::FORWARDED)
        .then(|| walk(forwarded_hops(headers), trusted));
    let x_forwarded = headers
        .contains_key(X_FORWARDED_FOR)
        .then(|| walk(x_forwarded_hops(headers), trusted));
    match (forwarded, x_forwarded) {
        // A proxy that writes one of them may hand on the other as the client wrote it.
        (Some(one), Some(two)) if one != two => peer,
        (Some(found), _) | (None, Some(found)) => found.unwrap_or(peer),
        (None, None) => peer,
    }
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// Walks hops from the right. `None`: the deciding hop is malformed, or there is none.
fn walk(hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut last = None;
    for hop in hops.take(MOST_HOPS) {
        let hop = hop?;
        if !is_trusted(hop, trusted) {
            return Some(hop);
        }
        last = Some(hop);
    }
    last
}

/// The hops of `X-Forwarded-For`, the nearest first.
fn x_forwarded_hops(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    // Each line is taken for itself, so that a line that a client wrote can't change the reading of a proxy's.
    let lines: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().collect();
    lines.into_iter().rev().flat_map(|line| match line.to_str() {
        Ok(line) => line.rsplit(',').map(|hop| node(hop.trim())).collect(),
        Err(_) => vec![None],
    })
}

/// The hops of `Forwarded`, the nearest first. A line that breaks the grammar counts as one malformed hop.
fn forwarded_hops(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let lines: Vec<_> = headers.get_all(header::FORWARDED).iter().collect();
    lines.into_iter().rev().flat_map(|line| {
        let mut hops = line
            .to_str()
            .ok()
            .and_then(parse_forwarded)
            .unwrap_or_else(|| vec![None]);
        hops.reverse();
        hops
    })
}

/// RFC 7239 section 4: `for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"`.
fn parse_forwarded(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = Vec::new();
    let mut hop = None;
    let mut rest = line.trim();
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = parse_value(after)?;
        if name.trim().is_empty() || name.contains(['"', ',', ';']) {
            return None;
        }
        if name.trim().eq_ignore_ascii_case("for") {
            if hop.is_some() {
                return None;
            }
            hop = Some(node(&value));
        }
        let after = after.trim_start();
        match after.chars().next() {
            None | Some(',') => hops.push(hop.take().flatten()),
            Some(';') => {}
            Some(_) => return None,
        }
        match after.get(1..) {
            None => return Some(hops),
            Some(next) => rest = next.trim_start(),
        }
    }
}

/// A token or a quoted string, and what follows it.
fn parse_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';', '"', ' ']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (!value.is_empty()).then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((position, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[position + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// An address with or without a port; IPv6 with a port, and in `Forwarded` always, in brackets. Names such as `unknown` are no address.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()?;
    Some(address.to_canonical())
}
