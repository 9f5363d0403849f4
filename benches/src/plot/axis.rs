//! Axes: from a number to a place in the drawing, and the numbers that are written beside it.

/// How far apart numbers are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// By their difference, from zero on.
    Linear,
    /// By their ratio; what is not above zero is not drawn.
    Log,
}

/// What an axis shows.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// What is counted, with its unit.
    pub label: &'static str,
    pub scale: Scale,
}

/// An axis over the numbers that are there.
#[derive(Clone, Copy, Debug)]
pub struct Fitted {
    scale: Scale,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Fitted {
    /// Over all values, drawn from one place to another; `None` if there is nothing to draw.
    pub fn over(scale: Scale, values: impl Iterator<Item = f64>, (from, to): (f64, f64)) -> Option<Self> {
        let drawn = values.filter(|value| value.is_finite() && (scale == Scale::Linear || *value > 0.0));
        let (low, high) = drawn.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return None;
        }
        let (low, high) = match scale {
            Scale::Linear => (low.min(0.0), if high > 0.0 { high * 1.05 } else { 1.0 }),
            Scale::Log => (low / 1.2, (high * 1.2).max(low * 2.0)),
        };
        Some(Self { scale, low, high, from, to })
    }

    /// Where a value is drawn; `None` if it has no place on this axis.
    pub fn at(&self, value: f64) -> Option<f64> {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value > 0.0 => (value / self.low).ln() / (self.high / self.low).ln(),
            Scale::Log => return None,
        };
        share.is_finite().then_some(self.from + share * (self.to - self.from))
    }

    /// The numbers that are written beside it: round ones.
    pub fn ticks(&self) -> Vec<f64> {
        let all: Vec<f64> = match self.scale {
            Scale::Linear => {
                let step = round_step((self.high - self.low) / 7.0);
                let first = (self.low / step).ceil() as i32;
                (first..first + 20).map(|place| f64::from(place) * step).collect()
            }
            Scale::Log => {
                let steps: &[f64] = if (self.high / self.low).log10() < 2.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let first = self.low.log10().floor() as i32;
                (first..first + 16).flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power))).collect()
            }
        };
        all.into_iter().filter(|tick| (self.low..=self.high).contains(tick)).collect()
    }
}

/// The next 1, 2 or 5 of some power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|step| step * power).find(|step| *step >= least * 0.999).unwrap_or(power * 10.0)
}

/// A number as it is written beside an axis: `0.05`, `2.5`, `10,000`.
pub fn written(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let grouped: Vec<String> = whole
        .char_indices()
        .map(|(at, digit)| {
            let behind = whole.len() - at;
            if behind.is_multiple_of(3) && at > 0 && !whole[..at].ends_with('-') { format!(",{digit}") } else { digit.to_string() }
        })
        .collect();
    grouped.concat() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(scale: Scale, values: &[f64]) -> Fitted {
        Fitted::over(scale, values.iter().copied(), (0.0, 100.0)).unwrap()
    }

    #[test]
    fn a_linear_axis_begins_at_zero_and_has_round_ticks() {
        let axis = fitted(Scale::Linear, &[40.0, 100.0]);
        assert_eq!(axis.at(0.0), Some(0.0));
        assert!((axis.at(105.0).unwrap() - 100.0).abs() < 1e-9);
        assert_eq!(axis.ticks(), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(fitted(Scale::Linear, &[8.0]).ticks(), [0.0, 2.0, 4.0, 6.0, 8.0]);
    }

    #[test]
    fn equal_ratios_are_equally_far_apart_on_a_logarithmic_axis() {
        let axis = fitted(Scale::Log, &[1.0, 10_000.0]);
        let [one, ten, hundred] = [1.0, 10.0, 100.0].map(|value| axis.at(value).unwrap());
        assert!(one > 0.0 && (hundred - ten - (ten - one)).abs() < 1e-9);
        assert_eq!(axis.ticks(), [1.0, 10.0, 100.0, 1_000.0, 10_000.0]);
        assert_eq!(fitted(Scale::Log, &[2.0, 6.0]).ticks(), [2.0, 5.0], "few decades have ticks between the powers of ten");
    }

    #[test]
    fn what_cannot_be_drawn_has_no_place() {
        assert_eq!(fitted(Scale::Log, &[1.0]).at(0.0), None);
        assert_eq!(fitted(Scale::Linear, &[1.0]).at(f64::NAN), None);
        assert!(Fitted::over(Scale::Log, [0.0, -1.0].into_iter(), (0.0, 1.0)).is_none());
        assert!(Fitted::over(Scale::Linear, [f64::NAN].into_iter(), (0.0, 1.0)).is_none());
    }

    #[test]
    fn numbers_are_written_without_more_digits_than_they_have() {
        let numbers = [0.0, 0.15, 0.1 + 0.2, 1.0, 2.5, 999.0, 10_000.0, -1_000.0, 1_234_567.0].map(written);
        assert_eq!(numbers, ["0", "0.15", "0.3", "1", "2.5", "999", "10,000", "-1,000", "1,234,567"]);
    }
}
