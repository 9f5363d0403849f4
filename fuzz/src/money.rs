//! The reader of amounts.

use polystore::shop::{Currency, Money};

/// Amounts are exact: what is read is, digit by digit, what was written, and reads back from its own text.
pub fn money(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // any text may come for a currency as well
    let _known_or_not = text.parse::<Currency>();
    for code in ["EUR", "JPY", "KWD"] {
        let Ok(currency) = code.parse::<Currency>() else { continue };
        if let Ok(money) = Money::parse(text, currency) {
            assert_eq!(by_digits(text, currency.decimals() as usize), Some(i128::from(money.minor)), "{text} {code}");
            assert_eq!(Money::parse(&money.decimal().to_string(), currency), Ok(money));
        }
    }
}

/// The minor units, by hand.
fn by_digits(text: &str, decimals: usize) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    // `.5` and `5.` are numbers, too; a point alone is none
    let (any, digits) = (text.contains(|c: char| c.is_ascii_digit()), format!("0{whole}{part:0<decimals$}"));
    (any && part.len() <= decimals).then(|| digits.parse::<i128>().ok().map(|minor| sign * minor)).flatten()
}
