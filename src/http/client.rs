//! From where a request comes: the address of the socket, or what the proxies in front say that it was.

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName},
};
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of whoever sent the request; `None` where there is no socket (a test).
#[derive(Clone, Copy, Debug)]
pub struct Client(pub Option<IpAddr>);

/// Where a request comes from. Each proxy adds the address that it sees at the end of the header, so that of the trusted ones the one
/// that is farthest away saw the client; everything before was written by the client itself, and is not read.
pub fn of(request: &Request, proxies: usize) -> Client {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    Client(forwarded(request.headers(), proxies).or(peer))
}

/// What the farthest trusted proxy saw. Fewer addresses than proxies: the request went round them, or one does not tell.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let place = proxies.checked_sub(1)?;
    let lines: Option<Vec<&str>> = headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().ok()).collect();
    let lines = lines?;
    let address = lines.iter().flat_map(|line| line.split(',')).rev().nth(place)?.trim();
    let socket = |text: &str| text.parse::<SocketAddr>().ok().map(|address| address.ip());
    address.trim_matches(['[', ']']).parse().ok().or_else(|| socket(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_header_counts_from_its_end_and_only_as_far_as_it_is_trusted() {
        let of = |lines: &[&'static str], proxies: usize| {
            let mut headers = HeaderMap::new();
            lines.iter().for_each(|line| {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
            });
            forwarded(&headers, proxies).map(|address| address.to_string())
        };
        let two = "203.0.113.9, 198.51.100.7";
        assert_eq!(of(&[two], 0), None);
        assert_eq!(of(&[two], 1).as_deref(), Some("198.51.100.7"));
        assert_eq!(of(&[two], 2).as_deref(), Some("203.0.113.9"));
        assert_eq!(of(&[two], 3), None);
        assert_eq!(of(&["10.0.0.1", two], 3).as_deref(), Some("10.0.0.1"));
        assert_eq!(of(&[], 1), None);
        assert_eq!(of(&["unknown"], 1), None);
        assert_eq!(of(&["spoofed, 198.51.100.7"], 2), None);
        assert_eq!(of(&["198.51.100.7:4711"], 1).as_deref(), Some("198.51.100.7"));
        assert_eq!(of(&["2001:db8::1"], 1).as_deref(), Some("2001:db8::1"));
        assert_eq!(of(&["[2001:db8::1]:80"], 1).as_deref(), Some("2001:db8::1"));
    }
}
