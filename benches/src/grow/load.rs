//! How long answers take, against the load that is offered: requests are due at constant intervals, whatever the server does, and their time
//! counts from when they were due.

use super::{Bench, record::Measured};
use crate::{
    compare::{operations::chosen, rounds, servers::Server},
    load::{Plan, Seen},
    plot::{
        Panel, Plot, Series,
        axis::{Axis, Scale},
    },
    raw::Failed,
};
use serde::Serialize;
use std::{fmt::Write as _, time::Duration};

const OPERATION: &str = "order_feed";
/// Offered loads, in parts of the capacity.
const STEPS: [f64; 12] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2];
/// Connections that find out the capacity, and those of the open loads: more than operations may run at once.
const CLOSED: usize = 32;
const OPEN: usize = 256;
/// Requests of a step, if they do not take too long: enough for a percentile of 99.
const ENOUGH: f64 = 2_000.0;

/// What is drawn of a load.
type Percentile = fn(&Seen) -> f64;

/// One server.
#[derive(Serialize)]
struct Line {
    server: &'static str,
    /// Answers a second of a closed load.
    capacity: f64,
    points: Vec<Point>,
}

/// One load.
#[derive(Serialize)]
struct Point {
    /// Of the capacity.
    share: f64,
    /// Requests a second.
    offered: f64,
    seen: Seen,
}

/// What was measured.
#[derive(Serialize)]
pub struct Load {
    arrangement: String,
    lines: Vec<Line>,
}

/// Finds out the capacity of both servers, then offers each of them parts of its own.
pub async fn measure(bench: &Bench) -> Result<Load, Failed> {
    let servers = [bench.raw().await?, bench.polystore().await?];
    let operations = chosen(&[OPERATION.to_owned()])?;
    let operation = operations.first().copied().ok_or("the operation is gone")?;
    let variables = (operation.sample)(&bench.stores).await?;
    let (least, most) = if bench.quick { (0.5, 0.5) } else { (6.0, 15.0) };
    let warm_up = Duration::from_secs_f64(if bench.quick { 0.2 } else { 1.0 });
    let plan = |server: &Server, connections, rate, seconds| Plan {
        address: server.address,
        connections,
        warm_up,
        time: Duration::from_secs_f64(seconds),
        rate,
    };
    let mut lines = Vec::new();
    for server in &servers {
        let requests = rounds::requests(operation, server, &variables);
        let (seen, ..) = plan(server, CLOSED, None, least).run(requests, || ()).await?;
        if seen.requests == 0 {
            return Err(format!("{} answers nothing", server.name).into());
        }
        eprintln!("bench: {}: capacity {:.0} answers a second", server.name, seen.per_second);
        lines.push(Line { server: server.name, capacity: seen.per_second, points: Vec::new() });
    }
    for share in STEPS {
        for (server, line) in servers.iter().zip(&mut lines) {
            let offered = line.capacity * share;
            let plan = plan(server, OPEN, Some(offered), time(offered, least, most));
            let (seen, ..) = plan.run(rounds::requests(operation, server, &variables), || ()).await?;
            line.points.push(Point { share, offered, seen });
        }
    }
    let arrangement = format!(
        "{OPERATION}; capacity with {CLOSED} connections that ask when they have their answer, then an open load over {OPEN} connections; \
         times from when requests were due"
    );
    Ok(Load { arrangement, lines })
}

/// Seconds that are measured at this rate.
fn time(rate: f64, least: f64, most: f64) -> f64 {
    (ENOUGH / rate.max(0.1)).clamp(least, most)
}

impl Measured for Load {
    const NAME: &'static str = "load";

    fn text(&self) -> String {
        let mut text = format!("Times with the load: {}\n", self.arrangement);
        let _ = writeln!(
            text,
            "{:<10} {:>6} {:>10} {:>10} {:>9} {:>9} {:>9} {:>9} {:>10}",
            "", "of all", "offered/s", "answered/s", "p50 ms", "p99 ms", "max ms", "refused", "unanswered"
        );
        for line in &self.lines {
            for Point { share, offered, seen } in &line.points {
                let _ = writeln!(
                    text,
                    "{:<10} {share:>5.1}x {offered:>10.0} {:>10.0} {:>9.2} {:>9.2} {:>9.1} {:>9} {:>10}",
                    line.server, seen.per_second, seen.latency.p50, seen.latency.p99, seen.latency.max, seen.refused, seen.unanswered
                );
            }
        }
        text
    }

    fn plot(&self) -> Plot {
        let mut series = Vec::new();
        for (colour, line) in self.lines.iter().enumerate() {
            let percentiles: [(_, _, Percentile); 2] = [("p99", false, |seen| seen.latency.p99), ("p50", true, |seen| seen.latency.p50)];
            for (name, dashed, of) in percentiles {
                let points = line.points.iter().filter(|point| point.seen.requests > 0);
                series.push(Series {
                    name: format!("{}, {name}", line.server),
                    // the server that is measured has the first colour of all plots
                    colour: self.lines.len() - 1 - colour,
                    dashed,
                    points: points.map(|point| (point.share, of(&point.seen))).collect(),
                });
            }
        }
        let capacity = self.lines.iter().map(|line| format!("{} {:.0} answers a second", line.server, line.capacity));
        let x = Axis { label: "offered load, parts of the server's own capacity", scale: Scale::Linear };
        let y = Axis { label: "time from when a request was due, ms", scale: Scale::Log };
        Plot {
            title: "Times with the load",
            panels: vec![Panel { x, y, series }],
            notes: vec![self.arrangement.clone(), format!("capacity: {}", capacity.collect::<Vec<_>>().join(", "))],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Summary;

    #[test]
    fn a_slow_load_is_measured_for_longer_within_bounds() {
        assert_eq!([time(1_000.0, 6.0, 15.0), time(200.0, 6.0, 15.0), time(1.0, 6.0, 15.0)], [6.0, 10.0, 15.0]);
        assert_eq!(time(0.0, 0.5, 0.5), 0.5);
    }

    #[test]
    fn a_load_under_which_nothing_was_answered_is_in_the_table_and_not_in_the_picture() {
        let point = |share, requests, p99| {
            let latency = Summary { p50: 1.0, p90: 1.0, p99, p999: p99, max: p99 };
            let seen = Seen { seconds: 1.0, requests, per_second: 1.0, failures: 0, refused: 0, unanswered: 3, latency, refusal: latency };
            Point { share, offered: 10.0 * share, seen }
        };
        let line = Line { server: "polystore", capacity: 10.0, points: vec![point(0.1, 5, 2.0), point(1.2, 0, 0.0)] };
        let load = Load { arrangement: String::new(), lines: vec![line] };
        assert_eq!(load.text().lines().count(), 4);
        let plot = load.plot();
        assert_eq!(plot.panels[0].series[0].points, [(0.1, 2.0)]);
        assert!(plot.notes[1].contains("polystore 10 answers"));
    }
}
