//! Verdicts and numbers as people read them.

use crate::result::{Pair, Verdict};

/// A share as whole or tenths of per cent.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent.abs() < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// How many times, with three digits at most.
pub fn times(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 9.95 => format!("{ratio:.2}"),
        ratio if ratio < 99.5 => format!("{ratio:.1}"),
        ratio => grouped(ratio),
    }
}

/// A whole number with commas.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}

/// Microseconds in the unit that suits them.
pub fn duration(us: f64) -> String {
    match us {
        us if us < 1.0 => format!("{:.0} ns", us * 1_000.0),
        us if us < 10.0 => format!("{us:.1} us"),
        us if us < 1_000.0 => format!("{us:.0} us"),
        us if us < 10_000.0 => format!("{:.2} ms", us / 1_000.0),
        us if us < 1_000_000.0 => format!("{:.1} ms", us / 1_000.0),
        us => format!("{:.2} s", us / 1_000_000.0),
    }
}

/// A pair's verdict as a sentence.
pub fn sentence(pair: &Pair) -> String {
    let (a, b) = (&pair.a, &pair.b);
    match &pair.verdict {
        Verdict::Faster { faster, times: by, low, high } => {
            let slower = if faster == a { b } else { a };
            format!("{faster} is faster than {slower}, {}x [{}, {}]", times(*by), times(*low), times(*high))
        }
        Verdict::Equivalent { within } => format!("{a} and {b}: equivalent within {}", percent(*within)),
        Verdict::NoDifference { would_have_seen } => {
            format!("{a} and {b}: no difference found (would have seen {})", percent(*would_have_seen))
        }
        Verdict::Noisy { apart } => format!("{a} and {b}: noisy, the reference differs from itself by up to {}", percent(*apart)),
        Verdict::WrongAnswer { arm } => format!("{a} and {b}: wrong answer, {arm} says something else"),
        Verdict::DifferentPromises { why } => format!("{a} and {b}: different promises, {why}"),
        Verdict::ClientBound { why } => format!("{a} and {b}: client-bound, {why}"),
        Verdict::Unsupported { why } => format!("{a} and {b}: unsupported, {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_they_are_worth() {
        assert_eq!([2.137, 31.24, 1_234_567.0].map(times), ["2.14", "31.2", "1,234,567"]);
        assert_eq!(
            [0.4, 3.21, 164.4, 2_437.0, 22_400.0, 2_000_000.0].map(duration),
            ["400 ns", "3.2 us", "164 us", "2.44 ms", "22.4 ms", "2.00 s"]
        );
        assert_eq!([0.05, 0.213].map(percent), ["5.0 %", "21 %"]);
    }
}
