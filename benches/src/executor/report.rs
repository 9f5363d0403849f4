//! The table for people, and the file for programs.

use super::{Allocated, CountedCase, Failed, Plans, cases::Sizes, time::Time};
use serde::Serialize;
use std::{fmt::Write as _, path::Path};

/// A case, with plans or without.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    case: String,
    plans: Plans,
    sizes: Sizes,
    /// Nanoseconds for each operation on the clock: median, least and most of the rounds.
    clock: f64,
    least: f64,
    most: f64,
    /// The median of the executing thread's.
    cpu: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocated: Option<Allocated>,
}

impl Measured {
    pub fn of(case: &str, plans: Plans, sizes: Sizes, times: &[Time]) -> Self {
        let clock = sorted(times.iter().map(|time| time.clock));
        let cpu = sorted(times.iter().filter_map(|time| time.cpu));
        let end = |place: Option<&f64>| place.copied().unwrap_or(f64::NAN);
        Self {
            case: case.to_owned(),
            plans,
            sizes,
            clock: median(&clock).unwrap_or(f64::NAN),
            least: end(clock.first()),
            most: end(clock.last()),
            cpu: median(&cpu),
            allocated: None,
        }
    }
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn median(sorted: &[f64]) -> Option<f64> {
    let (low, high) = (sorted.get(sorted.len().saturating_sub(1) / 2)?, sorted.get(sorted.len() / 2)?);
    Some(f64::midpoint(*low, *high))
}

/// The whole run.
#[derive(Serialize)]
pub struct Report {
    arrangement: String,
    cases: Vec<Measured>,
}

impl Report {
    pub fn new(arrangement: String, mut cases: Vec<Measured>, counted: Option<Vec<CountedCase>>) -> Self {
        for counted in counted.into_iter().flatten() {
            let same = |case: &&mut Measured| case.case == counted.case && case.plans == counted.plans;
            if let Some(case) = cases.iter_mut().find(same) {
                case.allocated = Some(counted.each);
            }
        }
        Self { arrangement, cases }
    }

    pub fn save(&self, path: Option<&Path>) -> Result<(), Failed> {
        let Some(path) = path else { return Ok(()) };
        let text = serde_json::to_string_pretty(self)? + "\n";
        Ok(std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?)
    }

    pub fn text(&self) -> String {
        let mut text = format!("{}; the clock's median, its least and most; CPU of the executing thread\n", self.arrangement);
        let _ = writeln!(
            text,
            "{:<12} {:>7} {:>9} {:<5} {:>12} {:>10} {:>25} {:>12} {:>10} {:>9} {:>11}",
            "case", "nodes", "bytes", "plans", "ns", "ns/node", "least to most", "CPU ns", "CPU/node", "allocs", "bytes"
        );
        for case in &self.cases {
            let nodes = case.sizes.nodes.max(1) as f64;
            let whole = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.0}"));
            let _ = writeln!(
                text,
                "{:<12} {:>7} {:>9} {:<5} {:>12.0} {:>10.1} {:>25} {:>12} {:>10} {:>9} {:>11}",
                case.case,
                case.sizes.nodes,
                case.sizes.bytes,
                case.plans.name(),
                case.clock,
                case.clock / nodes,
                format!("{:.0} to {:.0}", case.least, case.most),
                whole(case.cpu),
                whole(case.cpu.map(|cpu| cpu / nodes)),
                whole(case.allocated.map(|each| each.allocations)),
                whole(case.allocated.map(|each| each.bytes))
            );
        }
        text.push('\n');
        for on in self.cases.iter().filter(|case| case.plans == Plans::On) {
            let off = self.cases.iter().find(|case| case.plans == Plans::Off && case.case == on.case);
            let Some(off) = off else { continue };
            let ratio =
                |on: Option<f64>, off: Option<f64>| on.zip(off).map_or_else(|| "-".to_owned(), |(on, off)| format!("{:.2}", off / on));
            let allocations = |case: &Measured| case.allocated.map(|each| each.allocations);
            let _ = writeln!(
                text,
                "{}: without plans {} times the time, {} times the CPU, {} times the allocations",
                on.case,
                ratio(Some(on.clock), Some(off.clock)),
                ratio(on.cpu, off.cpu),
                ratio(allocations(on), allocations(off))
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes { nodes: 10, bytes: 100 };

    fn measured(plans: Plans, clocks: &[f64]) -> Measured {
        let times: Vec<Time> = clocks.iter().map(|clock| Time { clock: *clock, cpu: Some(clock / 2.0) }).collect();
        Measured::of("list", plans, SIZES, &times)
    }

    #[test]
    fn the_median_of_the_rounds_is_what_counts() {
        let one = measured(Plans::On, &[300.0, 100.0, 900.0]);
        assert_eq!((one.clock, one.least, one.most, one.cpu), (300.0, 100.0, 900.0, Some(150.0)));
        assert_eq!(measured(Plans::On, &[100.0, 300.0]).clock, 200.0);
    }

    #[test]
    fn the_report_says_what_plans_spare() {
        let each = |allocations| Allocated { allocations, bytes: 1.0 };
        let counted = |plans, allocations| CountedCase { case: "list".to_owned(), plans, each: each(allocations) };
        let cases = vec![measured(Plans::On, &[100.0]), measured(Plans::Off, &[450.0])];
        let report = Report::new(String::new(), cases.clone(), Some(vec![counted(Plans::Off, 80.0), counted(Plans::On, 10.0)]));
        let text = report.text();
        assert!(text.contains("list: without plans 4.50 times the time, 4.50 times the CPU, 8.00 times the allocations"), "{text}");
        let text = Report::new(String::new(), cases, None).text();
        assert!(text.contains("- times the allocations"), "{text}");
    }
}
