//! Plots as SVG: written by hand, so that they are small, follow the page's colours, and have a text for those who cannot see them.

use super::table::quantile;
use crate::{
    result::{ArmRecord, CaseRecord, SweepArm, SweepPoint},
    verdict::{duration, fit::median, p50, times},
};
use std::fmt::Write as _;

/// Room for names on the left, and for labels on the right, in units of the drawing.
const LEFT: f64 = 190.0;
const RIGHT: f64 = 130.0;
const WIDTH: f64 = 860.0;
/// Colours that the style sheet knows.
const COLOURS: usize = 8;

/// A logarithmic axis from `low` to `high`.
struct Log {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Log {
    /// Over all values with some room, at least a factor of two.
    fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Option<Self> {
        let (low, high) =
            values.filter(|value| *value > 0.0).fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        (high > 0.0).then(|| Self { low: low / 1.15, high: (high * 1.15).max(low * 2.0), from, to })
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        self.from + share.min(1.0) * (self.to - self.from)
    }

    /// Powers of ten, and their doubles and halves where there are few.
    fn ticks(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let steps: &[f64] = if decades < 1.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let first = self.low.log10().floor() as i32;
        let all = (first..first + 14).flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        all.filter(|tick| *tick >= self.low && *tick <= self.high).collect()
    }
}

/// Text that may stand in a page.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn open(height: f64, title: &str, description: &str) -> String {
    let (title, description) = (escaped(title), escaped(description));
    format!("<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\"><title>{title}</title><desc>{description}</desc>")
}

/// The times of all arms: a dot for the median, a thick line over the medians of blocks, a thin one from the 5th to the 99th of a hundred
/// operations, a mark for the driver's round trip without work.
pub fn dots(case: &CaseRecord) -> Option<String> {
    let arms: Vec<&ArmRecord> = case.arms.iter().filter(|arm| !arm.blocks.is_empty()).collect();
    let low = |arm: &ArmRecord| quantile(arm, 0.05);
    let high = |arm: &ArmRecord| quantile(arm, 0.99);
    let values = arms.iter().flat_map(|arm| [low(arm), high(arm), arm.floor_us, p50(arm)]).flatten();
    let axis = Log::over(values, LEFT, WIDTH - RIGHT)?;
    let row = 26.0;
    let bottom = row * arms.len() as f64 + 8.0;
    let told: Vec<String> = arms.iter().filter_map(|arm| Some(format!("{}: median {}", arm.name, duration(p50(arm)?)))).collect();
    let mut out = open(bottom + 40.0, &format!("Time of one operation, {}", case.title), &told.join("; "));
    grid(&mut out, &axis, bottom, duration);
    for (at, arm) in arms.iter().enumerate() {
        let y = row.mul_add(at as f64, row / 2.0 + 4.0);
        let colour = if arm.again_of.is_some() { "again".to_owned() } else { format!("c{}", at % COLOURS) };
        let _ = write!(out, "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 10.0, y + 4.0, escaped(&arm.name));
        if let (Some(low), Some(high)) = (low(arm), high(arm)) {
            line(&mut out, (axis.at(low), y), (axis.at(high), y), &format!("thin {colour}"));
        }
        let medians: Vec<f64> = arm.blocks.iter().map(|block| block.p50_us).collect();
        let (least, most) = medians.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), value| (a.min(*value), b.max(*value)));
        line(&mut out, (axis.at(least), y), (axis.at(most), y), &format!("thick {colour}"));
        if let Some(floor) = arm.floor_us {
            let x = axis.at(floor);
            line(&mut out, (x, y - 8.0), (x, y + 8.0), "floor");
        }
        if let Some(middle) = median(&medians) {
            let _ = write!(out, "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4.5\" class=\"{colour}\"/>", axis.at(middle));
            let x = WIDTH - RIGHT + 10.0;
            let _ = write!(out, "<text x=\"{x:.0}\" y=\"{:.1}\">{}</text>", y + 4.0, duration(middle));
        }
    }
    out.push_str("</svg>");
    Some(out)
}

fn line(out: &mut String, from: (f64, f64), to: (f64, f64), class: &str) {
    let _ = write!(out, "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"{class}\"/>", from.0, from.1, to.0, to.1);
}

/// Vertical lines at the ticks, labelled below.
fn grid(out: &mut String, axis: &Log, bottom: f64, label: impl Fn(f64) -> String) {
    for tick in axis.ticks() {
        let x = axis.at(tick);
        line(out, (x, 0.0), (x, bottom), "grid");
        let _ = write!(out, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" class=\"tick\">{}</text>", bottom + 16.0, label(tick));
    }
}

/// One line of a plot with two axes.
struct Series {
    name: String,
    colour: usize,
    points: Vec<(f64, f64)>,
}

fn lines(
    title: &str,
    series: &[Series],
    x_label: impl Fn(f64) -> String,
    y_label: impl Fn(f64) -> String,
    ticks: Option<&[f64]>,
) -> Option<String> {
    let (top, bottom) = (10.0, 260.0);
    let points = || series.iter().flat_map(|series| &series.points);
    // a letter is seven units wide at most
    let longest = series.iter().map(|series| series.name.chars().count()).max()?;
    let room = (RIGHT + 40.0).max(7.0_f64.mul_add(longest as f64, 14.0));
    let x = Log::over(points().map(|point| point.0), LEFT - 90.0, WIDTH - room)?;
    let y = Log::over(points().map(|point| point.1), bottom, top)?;
    let told: Vec<String> = series
        .iter()
        .filter_map(|series| {
            let (first, last) = (series.points.first()?, series.points.last()?);
            Some(format!("{}: {} at {}, {} at {}", series.name, y_label(first.1), x_label(first.0), y_label(last.1), x_label(last.0)))
        })
        .collect();
    let mut out = open(bottom + 34.0, title, &told.join("; "));
    let x_ticks = ticks.map_or_else(|| x.ticks(), <[f64]>::to_vec);
    for tick in x_ticks {
        let at = x.at(tick);
        line(&mut out, (at, top), (at, bottom), "grid");
        let _ =
            write!(out, "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" class=\"tick\">{}</text>", bottom + 16.0, x_label(tick));
    }
    for tick in y.ticks() {
        let at = y.at(tick);
        line(&mut out, (x.from, at), (x.to, at), "grid");
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" class=\"tick\">{}</text>",
            x.from - 8.0,
            at + 4.0,
            y_label(tick)
        );
    }
    let mut ends: Vec<(f64, &Series)> =
        series.iter().filter_map(|series| series.points.last().map(|point| (y.at(point.1), series))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lowest = f64::NEG_INFINITY;
    for (end, series) in ends {
        let path: Vec<String> = series.points.iter().map(|point| format!("{:.1},{:.1}", x.at(point.0), y.at(point.1))).collect();
        let colour = format!("c{}", series.colour % COLOURS);
        let _ = write!(out, "<polyline points=\"{}\" class=\"curve {colour}\"/>", path.join(" "));
        for point in &series.points {
            let _ = write!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" class=\"{colour}\"/>", x.at(point.0), y.at(point.1));
        }
        // names stand beside the ends of their lines, each below the one before
        let at = end.max(lowest + 14.0);
        lowest = at;
        let _ =
            write!(out, "<text x=\"{:.1}\" y=\"{:.1}\" class=\"{colour} name\">{}</text>", x.to + 10.0, at + 4.0, escaped(&series.name));
    }
    out.push_str("</svg>");
    Some(out)
}

fn sweep_series(case: &CaseRecord, value: impl Fn(&SweepArm, &SweepPoint) -> Option<f64>) -> Vec<Series> {
    let arms = case.sweep.iter().flat_map(|sweep| &sweep.arms).enumerate();
    let of = |(colour, arm): (usize, &SweepArm)| {
        let points: Vec<(f64, f64)> =
            arm.points.iter().filter_map(|point| Some((point.size as f64, value(arm, point).filter(|value| *value > 0.0)?))).collect();
        (points.len() > 1).then(|| Series { name: arm.name.clone(), colour, points })
    };
    arms.filter_map(of).collect()
}

/// Times over sizes, both as logarithms.
pub fn sweep_times(case: &CaseRecord) -> Option<String> {
    let series = sweep_series(case, |_, point| median(&point.blocks_p50_us));
    lines(&format!("Time by size, {}", case.title), &series, times, duration, None)
}

/// The work that each store counted over sizes: the counter that grows most of those that are its own.
pub fn sweep_counters(case: &CaseRecord) -> Option<String> {
    let counter = |arm: &SweepArm| {
        let own = arm.fits.iter().filter(|fit| !matches!(&*fit.counter, "rows" | "statements" | "bytes_up" | "bytes_down" | "log_bytes"));
        own.max_by(|a, b| a.exponent.total_cmp(&b.exponent)).map(|fit| fit.counter.clone())
    };
    let mut series = sweep_series(case, |arm, point| point.counters.get(&counter(arm)?).copied());
    for series in &mut series {
        let arm = case.sweep.iter().flat_map(|sweep| &sweep.arms).find(|arm| arm.name == series.name);
        if let Some(name) = arm.and_then(counter) {
            series.name = format!("{} ({name})", series.name);
        }
    }
    lines(&format!("Work by size, {}", case.title), &series, times, times, None)
}

/// Times by share of operations: how heavy the tails are.
pub fn percentiles(case: &CaseRecord) -> Option<String> {
    // by how many operations are slower: 1 of 2, of 10, of 100, of 1,000
    const SHARES: [f64; 5] = [2.0, 4.0, 10.0, 100.0, 1_000.0];
    let arms = case.arms.iter().filter(|arm| arm.again_of.is_none() && !arm.histogram.is_empty()).enumerate();
    let series: Vec<Series> = arms
        .map(|(colour, arm)| {
            let all: u64 = arm.histogram.iter().map(|(_, count)| count).sum();
            let shares = SHARES.iter().filter(|of| **of * 5.0 <= all as f64);
            let points = shares.filter_map(|of| Some((*of, quantile(arm, 1.0 - 1.0 / of)?))).collect();
            Series { name: arm.name.clone(), colour, points }
        })
        .collect();
    let label = |of: f64| format!("{}th of 100", 100.0 - 100.0 / of);
    let label = move |of: f64| if of > 999.0 { "999th of 1000".to_owned() } else { label(of) };
    lines(&format!("Time by share of operations, {}", case.title), &series, label, duration, Some(&SHARES))
}
