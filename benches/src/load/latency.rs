//! How long answers took: every one of them is kept, so percentiles are exact.

use serde::Serialize;
use std::time::Duration;

/// Times in microseconds.
#[derive(Default)]
pub struct Latencies {
    micros: Vec<u32>,
    sorted: bool,
}

impl Latencies {
    pub fn push(&mut self, time: Duration) {
        self.micros.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
        self.sorted = false;
    }

    pub fn len(&self) -> usize {
        self.micros.len()
    }

    /// The percentiles in milliseconds.
    pub fn summary(&mut self) -> Summary {
        if !self.sorted {
            self.micros.sort_unstable();
            self.sorted = true;
        }
        let [p50, p90, p99, p999, max] = [0.5, 0.9, 0.99, 0.999, 1.0].map(|share| self.at(share));
        Summary { p50, p90, p99, p999, max }
    }

    /// The time within which this share of the answers came: the smallest that is enough.
    fn at(&self, share: f64) -> f64 {
        let rank = (share * self.micros.len() as f64).ceil() as usize;
        let micros = self.micros.get(rank.saturating_sub(1)).copied().unwrap_or_default();
        f64::from(micros) / 1_000.0
    }
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_definition() {
        let mut latencies = Latencies::default();
        (1..=200).rev().for_each(|millis| latencies.push(Duration::from_millis(millis)));
        assert_eq!(latencies.summary(), Summary { p50: 100.0, p90: 180.0, p99: 198.0, p999: 200.0, max: 200.0 });
        assert_eq!(Latencies::default().summary().p99, 0.0);
    }
}
