//! What the rounds say, and whether they may be believed.

use super::rounds::Cell;
use serde::Serialize;

/// Names of the servers in a run. RAW runs twice: what differs between the two is noise.
pub const RAW: &str = "RAW";
pub const AGAIN: &str = "RAW again";
pub const POLYSTORE: &str = "polystore";

/// The operation's numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Milliseconds of CPU for each request, the lower of the rounds; RAW's is the mean of its two.
    pub raw_cpu: f64,
    pub polystore_cpu: f64,
    /// polystore's CPU over RAW's of the same round, which had the same neighbours: the median of the rounds.
    pub ratio: f64,
    /// The least and the most of the rounds.
    pub spread: (f64, f64),
    /// RAW over RAW.
    pub same: f64,
    /// polystore's requests a second over RAW's, the higher of the rounds.
    pub throughput: f64,
    /// Why it may not be believed.
    pub doubts: Vec<String>,
}

/// How much noise is too much.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// RAW against RAW, or two equal servers.
    pub same: f64,
    /// What others may have of the server's core.
    pub foreign: f64,
}

impl Verdict {
    pub fn of(cells: &[Cell], bounds: Bounds) -> Self {
        let all = |server: &str| cells.iter().filter(move |cell| cell.server == server).collect::<Vec<_>>();
        let lowest = |server: &str| all(server).iter().map(|cell| cell.cpu).fold(f64::INFINITY, f64::min);
        let fastest = |server: &str| all(server).iter().map(|cell| cell.per_second).fold(0.0, f64::max);
        let (first, again, polystore_cpu) = (lowest(RAW), lowest(AGAIN), lowest(POLYSTORE));
        let raw_cpu = (first + again) / 2.0;
        let of_round = |cell: &&Cell| {
            let raw: Vec<_> = cells.iter().filter(|raw| raw.round == cell.round && raw.server != POLYSTORE).map(|raw| raw.cpu).collect();
            cell.cpu / (raw.iter().sum::<f64>() / raw.len() as f64)
        };
        let mut rounds: Vec<f64> = all(POLYSTORE).iter().map(of_round).collect();
        rounds.sort_unstable_by(f64::total_cmp);
        let spread = (rounds.first().copied().unwrap_or(f64::NAN), rounds.last().copied().unwrap_or(f64::NAN));
        let same = again / first;
        Self {
            raw_cpu,
            polystore_cpu,
            ratio: median(&rounds),
            spread,
            same,
            throughput: fastest(POLYSTORE) / fastest(RAW).max(fastest(AGAIN)),
            doubts: doubts(RAW, cells, same, bounds),
        }
    }
}

/// Of sorted numbers.
pub fn median(sorted: &[f64]) -> f64 {
    let (low, high) = (sorted.get(sorted.len().saturating_sub(1) / 2), sorted.get(sorted.len() / 2));
    low.zip(high).map_or(f64::NAN, |(low, high)| (low + high) / 2.0)
}

/// What speaks against these rounds; `who` is what was measured twice, and was `same` times itself.
pub fn doubts(who: &str, cells: &[Cell], same: f64, bounds: Bounds) -> Vec<String> {
    let mut doubts = Vec::new();
    let percent = |share: f64| share * 100.0;
    // a tenth less is as far away as a ninth more
    let apart = same.max(1.0 / same) - 1.0;
    if apart > bounds.same {
        doubts.push(format!("{who} differs from itself by {:.0} % (at most {:.0} %)", percent(apart), percent(bounds.same)));
    }
    let mean = |of: fn(&Cell) -> f64| cells.iter().map(of).sum::<f64>() / cells.len() as f64;
    let foreign = mean(|cell| cell.foreign) + mean(|cell| cell.stolen);
    if foreign > bounds.foreign {
        doubts.push(format!("others had {:.0} % of the server's core (at most {:.0} %)", percent(foreign), percent(bounds.foreign)));
    }
    let failures: usize = cells.iter().map(|cell| cell.failures).sum();
    if failures > 0 {
        doubts.push(format!("{failures} requests failed"));
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compare::calls::Calls, load::Summary};

    const BOUNDS: Bounds = Bounds { same: 0.05, foreign: 0.2 };

    fn cell(server: &'static str, round: usize, cpu: f64, foreign: f64) -> Cell {
        let latency = Summary { p50: 1.0, p90: 1.0, p99: 1.0, p999: 1.0, max: 1.0 };
        Cell {
            server,
            round,
            requests: 100,
            failures: 0,
            unanswered: 0,
            per_second: 1.0 / cpu,
            cpu,
            stores_cpu: 1.0,
            latency,
            peak: 1,
            busy: 1.0,
            foreign,
            stolen: 0.0,
            calls: Calls::default(),
        }
    }

    #[test]
    fn the_ratio_is_the_median_of_the_rounds_and_lies_within_their_spread() {
        let cells = [
            cell(RAW, 0, 1.0, 0.0),
            cell(POLYSTORE, 0, 3.0, 0.0),
            cell(AGAIN, 0, 1.0, 0.0),
            cell(AGAIN, 1, 2.0, 0.0),
            cell(POLYSTORE, 1, 4.0, 0.0),
            cell(RAW, 1, 2.0, 0.0),
            cell(RAW, 2, 1.0, 0.0),
            cell(POLYSTORE, 2, 8.0, 0.0),
            cell(AGAIN, 2, 1.0, 0.0),
        ];
        let verdict = Verdict::of(&cells, BOUNDS);
        assert_eq!((verdict.ratio, verdict.spread, verdict.same), (3.0, (2.0, 8.0), 1.0));
        assert_eq!((verdict.raw_cpu, verdict.polystore_cpu), (1.0, 3.0));
        assert_eq!([median(&[1.0, 2.0]), median(&[1.0, 2.0, 9.0])], [1.5, 2.0]);
        assert!(verdict.doubts.is_empty());
    }

    #[test]
    fn noise_is_told() {
        let quiet = [cell(RAW, 0, 1.0, 0.0), cell(POLYSTORE, 0, 3.0, 0.0), cell(AGAIN, 0, 1.1, 0.0)];
        assert_eq!(Verdict::of(&quiet, BOUNDS).doubts, ["RAW differs from itself by 10 % (at most 5 %)"]);
        let busy = [cell(RAW, 0, 1.0, 0.5), cell(POLYSTORE, 0, 3.0, 0.5), cell(AGAIN, 0, 1.0, 0.5)];
        assert_eq!(Verdict::of(&busy, BOUNDS).doubts, ["others had 50 % of the server's core (at most 20 %)"]);
    }
}
