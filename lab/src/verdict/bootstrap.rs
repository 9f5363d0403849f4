//! Intervals from a moving-block bootstrap over rounds.

use crate::draw::Draw;

/// A mean of paired logarithms, and where it may lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub point: f64,
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
    /// All replicates, ascending.
    replicates: Vec<f64>,
}

impl Interval {
    /// Half of its width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// How likely the data would be, two-sided, if the truth were within `margin` of 0: the share of replicates that are not beyond it on the
    /// estimate's side.
    pub fn chance_within(&self, margin: f64) -> f64 {
        let wrong = if self.point > 0.0 {
            self.replicates.partition_point(|replicate| *replicate <= margin)
        } else {
            self.replicates.len() - self.replicates.partition_point(|replicate| *replicate < -margin)
        };
        (2.0 * (wrong as f64 + 1.0) / (self.replicates.len() as f64 + 1.0)).min(1.0)
    }
}

/// The mean of `values` without its outer tenths, with an interval of confidence `1 - alpha`.
pub fn interval(values: &[f64], draw: &mut Draw, replicates: u32, alpha: f64) -> Interval {
    let point = trimmed_mean(&mut values.to_vec());
    let n = values.len();
    if n < 2 {
        return Interval { point, low: point, high: point, replicates: vec![point] };
    }
    let length = block_length(values);
    let widen = small_sample(n as f64 / length as f64);
    let mut sample = Vec::with_capacity(n + length);
    let mut found: Vec<f64> = (0..replicates)
        .map(|_| {
            sample.clear();
            while sample.len() < n {
                // blocks wrap round the end, so that every round is drawn equally often
                let begin = draw.place(n);
                sample.extend((0..length).map(|step| values[(begin + step) % n]));
            }
            sample.truncate(n);
            point + (trimmed_mean(&mut sample) - point) * widen
        })
        .collect();
    found.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| found[((found.len() as f64 * share) as usize).min(found.len() - 1)];
    Interval { point, low: at(alpha / 2.0), high: at(1.0 - alpha / 2.0), replicates: found }
}

/// Without a tenth at either end: a round in which somebody else's work fell on one arm is no difference between arms.
fn trimmed_mean(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let cut = values.len() / 10;
    let kept = &values[cut..values.len() - cut];
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// A bootstrap of few values is too narrow: by the root of n / (n - 1), and by what Student's t is wider than the normal distribution. What hangs
/// together counts once.
fn small_sample(n: f64) -> f64 {
    let freedom = (n - 1.0).max(1.0);
    (n / freedom).sqrt() * (1.0 + 1.21 / freedom)
}

/// How many rounds hang together: Carlstein's rule for a first-order process with the lag-1 correlation of the values.
fn block_length(values: &[f64]) -> usize {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let together: f64 = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    let rho = if variance > 0.0 { (together / variance).clamp(0.0, 0.95) } else { 0.0 };
    let length = (2.0 * rho / (1.0 - rho * rho)).powf(2.0 / 3.0) * (n as f64).cbrt();
    (length.round() as usize).clamp(1, (n / 3).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sum of twelve uniform numbers: nearly normal, mean 0, deviation 1.
    fn normal(draw: &mut Draw) -> f64 {
        (0..12).map(|_| draw.share()).sum::<f64>() - 6.0
    }

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        let mut draw = Draw::new(11, "coverage");
        for (n, correlation) in [(12, 0.0), (30, 0.0), (40, 0.5)] {
            let mut held = 0;
            for _ in 0..400 {
                let mut last = normal(&mut draw);
                let values: Vec<f64> = (0..n)
                    .map(|_| {
                        last = correlation * last + (1.0_f64 - correlation * correlation).sqrt() * normal(&mut draw);
                        last
                    })
                    .collect();
                let found = interval(&values, &mut draw, 500, 0.05);
                held += u32::from(found.low <= 0.0 && 0.0 <= found.high);
            }
            // nominal 380 of 400; what hangs together is harder with so few rounds
            assert!(held >= if correlation > 0.0 { 348 } else { 366 }, "{held} of 400 at n = {n}, correlation {correlation}");
        }
    }

    #[test]
    fn what_hangs_together_is_drawn_together() {
        let slow: Vec<f64> = (0..60).map(|at| f64::from(at / 10 % 2)).collect();
        let fast: Vec<f64> = (0..60).map(|at| f64::from(at % 2)).collect();
        assert!(block_length(&slow) >= 5, "{}", block_length(&slow));
        assert_eq!(block_length(&fast), 1);
        assert_eq!(block_length(&[1.0; 20]), 1);
    }

    #[test]
    fn one_bad_round_does_not_move_the_estimate() {
        let mut values = vec![0.1; 19];
        values.push(5.0);
        let found = interval(&values, &mut Draw::new(1, "x"), 1_000, 0.05);
        assert!((found.point - 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_clear_difference_is_unlikely_to_be_none() {
        let values: Vec<f64> = (0..20).map(|at| 0.7 + 0.01 * f64::from(at % 5)).collect();
        let found = interval(&values, &mut Draw::new(1, "x"), 2_000, 0.05);
        assert!(found.chance_within(0.05) < 0.002 && found.chance_within(0.72) > 0.5);
        assert_eq!(found, interval(&values, &mut Draw::new(1, "x"), 2_000, 0.05), "the same draws give the same interval");
    }
}
