//! How something grows with the size of the data: constant, with its logarithm, with a power, or with n log n.

use crate::{
    draw::Draw,
    result::{Fit, FitKind},
};

/// Residuals below this share are not told apart from none: what is counted is whole numbers.
const EXACT: f64 = 1e-3;
/// Differences of AICc below this are none.
const UNDECIDED: f64 = 2.0;

/// The median; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted.get(sorted.len().saturating_sub(1) / 2)?, sorted.get(sorted.len() / 2)?);
    Some((low + high) / 2.0)
}

/// The likeliest shape of `points` (size, count), by the corrected information criterion of Akaike over relative residuals. `None` for fewer than
/// five points, and where nothing is counted.
pub fn fit(counter: &str, points: &[(f64, f64)]) -> Option<Fit> {
    if points.len() < 5 || points.iter().any(|(size, value)| *value <= 0.0 || *size <= 1.0) {
        return None;
    }
    let (_, exponent, power) = line(points, |size| size.ln(), |value| value.ln(), |_| 1.0)?;
    let weight = |value: f64| 1.0 / (value * value);
    let same = |value: f64| value;
    let (_, log_slope, log) = line(points, f64::ln, same, weight)?;
    let (_, n_slope, n_log_n) = line(points, |size| size * size.ln(), same, weight)?;
    let mut shapes = vec![(FitKind::Constant, aicc(points.len(), 2, constant(points))), (FitKind::Power, aicc(points.len(), 3, power))];
    // growth that goes down is no such growth
    if log_slope > 0.0 {
        shapes.push((FitKind::Log, aicc(points.len(), 3, log)));
    }
    if n_slope > 0.0 {
        shapes.push((FitKind::NLogN, aicc(points.len(), 3, n_log_n)));
    }
    shapes.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (kind, best) = shapes[0];
    let or = shapes.iter().skip(1).filter(|(_, score)| score - best < UNDECIDED).map(|(kind, _)| *kind).collect();
    Some(Fit { counter: counter.to_owned(), kind, exponent, or })
}

fn aicc(n: usize, parameters: usize, mean_square: f64) -> f64 {
    let (n, k) = (n as f64, parameters as f64);
    // with five points and three parameters the correction divides by one: it is meant to be dear
    n * mean_square.max(EXACT * EXACT).ln() + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0).max(1.0)
}

/// The mean square of relative residuals from one value for all.
fn constant(points: &[(f64, f64)]) -> f64 {
    let (up, down) = points.iter().fold((0.0, 0.0), |(up, down), (_, value)| (up + 1.0 / value, down + 1.0 / (value * value)));
    let level = up / down;
    points.iter().map(|(_, value)| ((value - level) / value).powi(2)).sum::<f64>() / points.len() as f64
}

/// Weighted least squares: intercept, slope, mean square of weighted residuals.
fn line(points: &[(f64, f64)], x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64, weight: impl Fn(f64) -> f64) -> Option<(f64, f64, f64)> {
    let rows: Vec<(f64, f64, f64)> = points.iter().map(|(size, value)| (x(*size), y(*value), weight(*value))).collect();
    let sum = |of: fn(&(f64, f64, f64)) -> f64| rows.iter().map(of).sum::<f64>();
    let (w, wx, wy) = (sum(|r| r.2), sum(|r| r.2 * r.0), sum(|r| r.2 * r.1));
    let (wxx, wxy) = (sum(|r| r.2 * r.0 * r.0), sum(|r| r.2 * r.0 * r.1));
    let determinant = w * wxx - wx * wx;
    if determinant.abs() <= f64::EPSILON * w * wxx {
        return None;
    }
    let slope = (w * wxy - wx * wy) / determinant;
    let intercept = (wy - slope * wx) / w;
    let square = rows.iter().map(|(x, y, w)| w * (y - intercept - slope * x).powi(2)).sum::<f64>() / rows.len() as f64;
    Some((intercept, slope, square))
}

/// Theil and Sen's slope of the logarithm of time over that of size, with an interval from resampled blocks: `sizes` with the medians of their blocks.
pub fn time_slope(sizes: &[(f64, Vec<f64>)], draw: &mut Draw) -> Option<(f64, f64, f64)> {
    let sizes: Vec<_> = sizes.iter().filter(|(size, blocks)| *size > 0.0 && !blocks.is_empty()).collect();
    if sizes.len() < 3 {
        return None;
    }
    let slope = |medians: &[f64]| {
        let mut slopes = Vec::new();
        for (at, (size, _)) in sizes.iter().enumerate() {
            for (later, (larger, _)) in sizes.iter().enumerate().skip(at + 1) {
                slopes.push((medians[later] / medians[at]).ln() / (larger / size).ln());
            }
        }
        median(&slopes)
    };
    let measured: Vec<f64> = sizes.iter().filter_map(|(_, blocks)| median(blocks)).collect();
    let point = slope(&measured)?;
    let mut found: Vec<f64> = (0..1_000)
        .filter_map(|_| {
            let mut resampled = |blocks: &Vec<f64>| median(&blocks.iter().map(|_| blocks[draw.place(blocks.len())]).collect::<Vec<_>>());
            slope(&sizes.iter().filter_map(|(_, blocks)| resampled(blocks)).collect::<Vec<_>>())
        })
        .collect();
    found.sort_unstable_by(f64::total_cmp);
    Some((point, *found.get(found.len() / 40)?, *found.get(found.len() - 1 - found.len() / 40)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [f64; 6] = [1_000.0, 3_000.0, 10_000.0, 30_000.0, 100_000.0, 300_000.0];

    fn shape(of: impl Fn(f64) -> f64) -> Fit {
        fit("x", &SIZES.map(|size| (size, of(size).round()))).unwrap()
    }

    #[test]
    fn shapes_of_growth_are_told_apart() {
        assert_eq!(shape(|_| 4.0).kind, FitKind::Constant);
        assert_eq!(shape(|n| 100.0 + 50.0 * n.ln()).kind, FitKind::Log);
        assert_eq!(shape(|n| 3.0 * n).kind, FitKind::Power);
        assert_eq!(shape(|n| 10.0 * n.sqrt()).kind, FitKind::Power);
        assert_eq!(shape(|n| n * n.ln()).kind, FitKind::NLogN);
    }

    #[test]
    fn exponents_are_those_of_the_data() {
        assert!((shape(|n| 7.0 * n).exponent - 1.0).abs() < 1e-3);
        assert!((shape(|n| 100.0 * n.sqrt()).exponent - 0.5).abs() < 1e-3);
        assert!(shape(|_| 12.0).exponent.abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_told_apart_is_named() {
        // a tenth of noise hides a logarithm
        let noisy = [100.0, 108.0, 103.0, 112.0, 106.0, 115.0];
        let points: Vec<_> = SIZES.into_iter().zip(noisy).collect();
        let found = fit("x", &points).unwrap();
        assert_eq!(found.kind, FitKind::Constant);
        assert!(fit("x", &points[..4]).is_none(), "four points say nothing");
        assert!(fit("x", &SIZES.map(|size| (size, 0.0))).is_none());
    }

    #[test]
    fn a_slope_of_times_survives_a_bad_size() {
        let sizes: Vec<_> = SIZES.map(|size| (size, vec![size * 0.9, size, size * 1.1])).to_vec();
        let (slope, low, high) = time_slope(&sizes, &mut Draw::new(1, "slope")).unwrap();
        assert!((slope - 1.0).abs() < 1e-9 && low > 0.9 && high < 1.1 && low <= slope && slope <= high);
        let mut spoilt = sizes;
        spoilt[2].1 = vec![1e6];
        let (slope, ..) = time_slope(&spoilt, &mut Draw::new(1, "slope")).unwrap();
        assert!((slope - 1.0).abs() < 0.15, "{slope}");
    }
}
