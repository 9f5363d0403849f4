//! What the rounds say of a part: what a request takes with it, over what it takes without it.

use super::{WITH, WITHOUT};
use crate::compare::{
    calls::Calls,
    rounds::Cell,
    verdict::{Bounds, doubts, median},
};
use serde::Serialize;

/// With the part over without it, of the same round, which had the same neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// The median of the rounds.
    pub median: f64,
    /// The least and the most of them.
    pub spread: (f64, f64),
}

impl Ratio {
    fn of(cells: &[Cell], value: fn(&Cell) -> f64) -> Self {
        let without = |round| cells.iter().find(|cell| cell.server == WITHOUT && cell.round == round).map(value);
        let with = cells.iter().filter(|cell| cell.server == WITH);
        let mut rounds: Vec<f64> = with.filter_map(|cell| Some(value(cell) / without(cell.round)?)).collect();
        rounds.sort_unstable_by(f64::total_cmp);
        let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
        Self { median: median(&rounds), spread: (end(rounds.first()), end(rounds.last())) }
    }
}

/// What one of the two servers did.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Side {
    /// Milliseconds for each request, the lower of the rounds: the server's, and that of all stores.
    pub cpu: f64,
    pub stores_cpu: f64,
    /// The higher of the rounds.
    pub per_second: f64,
    /// For each request, under load, the mean of the rounds.
    pub calls: Calls,
}

impl Side {
    fn of(cells: &[Cell], server: &str) -> Self {
        let cells: Vec<&Cell> = cells.iter().filter(|cell| cell.server == server).collect();
        let least = |value: fn(&Cell) -> f64| cells.iter().map(|cell| value(cell)).fold(f64::INFINITY, f64::min);
        Self {
            cpu: least(|cell| cell.cpu),
            stores_cpu: least(|cell| cell.stores_cpu),
            per_second: cells.iter().map(|cell| cell.per_second).fold(0.0, f64::max),
            calls: Calls::mean(cells.iter().map(|cell| cell.calls)),
        }
    }
}

/// The numbers of a part for an operation.
#[derive(Clone, Debug, Serialize)]
pub struct Worth {
    /// Of the server's CPU for each request.
    pub ratio: Ratio,
    /// Of that of the stores.
    pub stores: Ratio,
    pub without: Side,
    pub with: Side,
    /// Why they may not be believed.
    pub doubts: Vec<String>,
}

impl Worth {
    /// Of two equal servers, the ratio is noise.
    pub fn of(cells: &[Cell], equal: bool, bounds: Bounds) -> Self {
        let ratio = Ratio::of(cells, |cell| cell.cpu);
        let same = if equal { ratio.median } else { 1.0 };
        Self {
            ratio,
            stores: Ratio::of(cells, |cell| cell.stores_cpu),
            without: Side::of(cells, WITHOUT),
            with: Side::of(cells, WITH),
            doubts: doubts("polystore", cells, same, bounds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Summary;

    fn cell(server: &'static str, round: usize, cpu: f64, stores_cpu: f64) -> Cell {
        let latency = Summary { p50: 1.0, p90: 1.0, p99: 1.0, p999: 1.0, max: 1.0 };
        let calls = Calls { postgres: Some(cpu), ..Calls::default() };
        let (requests, failures, unanswered, per_second) = (100, 0, 0, 1.0 / cpu);
        let (peak, busy, foreign, stolen) = (1, 1.0, 0.0, 0.0);
        Cell { server, round, requests, failures, unanswered, per_second, cpu, stores_cpu, latency, peak, busy, foreign, stolen, calls }
    }

    #[test]
    fn a_part_is_worth_the_median_of_its_rounds() {
        let cells = [
            cell(WITHOUT, 0, 2.0, 1.0),
            cell(WITH, 0, 1.0, 1.0),
            cell(WITH, 1, 3.0, 1.0),
            cell(WITHOUT, 1, 4.0, 2.0),
            cell(WITHOUT, 2, 2.0, 1.0),
            cell(WITH, 2, 0.5, 0.0),
        ];
        let worth = Worth::of(&cells, false, Bounds { same: 0.05, foreign: 0.2 });
        assert_eq!(worth.ratio, Ratio { median: 0.5, spread: (0.25, 0.75) });
        assert_eq!(worth.stores, Ratio { median: 0.5, spread: (0.0, 1.0) });
        assert_eq!((worth.without.cpu, worth.with.cpu, worth.with.per_second), (2.0, 0.5, 2.0));
        assert_eq!((worth.with.calls.postgres, worth.without.calls.postgres), (Some(1.5), Some(8.0 / 3.0)));
        assert!(worth.doubts.is_empty());
    }

    #[test]
    fn two_equal_servers_that_differ_make_the_run_doubtful() {
        let cells = [cell(WITHOUT, 0, 1.0, 1.0), cell(WITH, 0, 1.2, 1.0)];
        let bounds = Bounds { same: 0.05, foreign: 0.2 };
        assert_eq!(Worth::of(&cells, true, bounds).doubts, ["polystore differs from itself by 20 % (at most 5 %)"]);
        assert!(Worth::of(&cells, false, bounds).doubts.is_empty());
    }
}
