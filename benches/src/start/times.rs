//! From the start of a process to an answer.

use super::Launch;
use crate::{
    load::client::{Client, get, request},
    raw::{Failed, START},
};
use serde::Serialize;
use std::{
    fmt,
    time::{Duration, Instant},
};

/// The smallest question that asks a store.
const QUERY: &str = r#"{"query":"{ products(first: 1) { nodes { id } } }"}"#;

/// Median, least and most, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
    pub all: Vec<f64>,
}

impl Spread {
    /// Of times in the order in which they were measured.
    pub fn of(all: Vec<f64>) -> Self {
        let mut sorted = all.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(sorted.len() / 2)), least: at(0), most: at(last), all }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1} ({:.1} to {:.1})", self.median, self.least, self.most))
    }
}

/// Milliseconds to the first good answer of /readyz.
pub async fn of_ready(launch: &Launch<'_>) -> Result<f64, Failed> {
    of(launch, |address| get(address, "/readyz"), |body| contains(body, b"\"ready\":true")).await
}

/// Milliseconds to the first good answer of a query.
pub async fn of_query(launch: &Launch<'_>) -> Result<f64, Failed> {
    of(launch, |address| request(address, "/graphql", QUERY), |body| contains(body, b"\"id\"") && !contains(body, b"\"errors\"")).await
}

/// Starts a server and asks it until the answer is good, then ends it. Its port is open before it can answer, so that the first
/// connection waits for the first moment at which it can.
async fn of(launch: &Launch<'_>, request: impl Fn(std::net::SocketAddr) -> Vec<u8>, good: impl Fn(&[u8]) -> bool) -> Result<f64, Failed> {
    let begin = Instant::now();
    let mut server = launch.spawn()?;
    let request = request(server.address);
    loop {
        if let Ok(mut client) = Client::connect(server.address).await
            && let Ok(answer) = client.ask(&request).await
            && answer.status == 200
            && good(answer.body)
        {
            break;
        }
        server.lives()?;
        if begin.elapsed() > START {
            return Err(format!("{}: no good answer after {} s", launch.name, START.as_secs()).into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let took = begin.elapsed();
    server.stop().await?;
    Ok(took.as_secs_f64() * 1_000.0)
}

fn contains(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle_whatever_the_order() {
        let spread = Spread::of(vec![9.0, 1.0, 4.0, 2.0]);
        assert_eq!((spread.median, spread.least, spread.most), (3.0, 1.0, 9.0));
        assert_eq!(spread.all, [9.0, 1.0, 4.0, 2.0]);
        assert_eq!(Spread::of(vec![5.0]).to_string(), "5.0 (5.0 to 5.0)");
        assert!(Spread::of(Vec::new()).median.is_nan());
    }

    #[test]
    fn a_part_of_a_body_is_found() {
        assert!(contains(b"{\"ready\":true}", b"\"ready\":true") && !contains(b"{\"ready\":false}", b"\"ready\":true"));
    }
}
