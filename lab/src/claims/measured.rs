//! Numbers from raw blocks and histograms, and how they are written.

use crate::result::ArmRecord;

/// The middle of some numbers; none of none.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let high = sorted.get(middle).copied()?;
    if sorted.len() % 2 == 1 { Some(high) } else { sorted.get(middle.checked_sub(1)?).map(|low| f64::midpoint(*low, high)) }
}

/// Microseconds that a share of an arm's operations took at most, one after the other.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of an operation and their number are far below what a double holds")]
pub fn quantile_us(arm: &ArmRecord, share: f64) -> Option<f64> {
    let mut pairs = arm.histogram.clone();
    pairs.sort_unstable();
    let all: u64 = pairs.iter().map(|(_, count)| count).sum();
    let wanted = (share * all as f64).ceil().max(1.0);
    let mut seen = 0;
    for (nanoseconds, count) in pairs {
        seen += count;
        if seen as f64 >= wanted {
            return Some(nanoseconds as f64 / 1_000.0);
        }
    }
    None
}

/// Microseconds of an operation: the mean of all blocks.
pub fn mean_us(arm: &ArmRecord) -> Option<f64> {
    let ops: f64 = arm.blocks.iter().map(|block| f64::from(block.ops)).sum();
    let time: f64 = arm.blocks.iter().map(|block| f64::from(block.ops) * block.mean_us).sum();
    (ops > 0.0).then(|| time / ops)
}

/// A time as people write it.
pub fn time(us: f64) -> String {
    match us {
        us if us < 1_000.0 => format!("{} us", digits(us)),
        us if us < 1_000_000.0 => format!("{} ms", digits(us / 1_000.0)),
        us => format!("{} s", digits(us / 1_000_000.0)),
    }
}

/// A number with three digits, and with commas from a thousand on.
pub fn digits(number: f64) -> String {
    let size = number.abs();
    if size >= 1_000.0 {
        return grouped(number);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 9")]
    let places = if size == 0.0 { 0 } else { (2.0 - size.log10().floor()).clamp(0.0, 9.0) as usize };
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn grouped(number: f64) -> String {
    let text = format!("{:.0}", number.abs());
    let mut grouped = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0.0 { format!("-{grouped}") } else { grouped }
}
