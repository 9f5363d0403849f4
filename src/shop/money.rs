//! Money: an exact count of minor units (cents) and a currency. Never a float.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// The most minor units that a price, a line or an order may be. Sums over millions of them stay within 64 bits.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// An ISO 4217 code that the shop knows, with its number of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str, u32);

/// Code and decimals (ISO 4217, list one).
const CURRENCIES: [Currency; 8] = [
    Currency("CHF", 2),
    Currency("DKK", 2),
    Currency("EUR", 2),
    Currency("GBP", 2),
    Currency("JPY", 0),
    Currency("KWD", 3),
    Currency("SEK", 2),
    Currency("USD", 2),
];

impl Currency {
    /// Euro: what the demo shop trades in.
    pub const EUR: Self = CURRENCIES[2];

    /// The three letters, upper case.
    pub fn code(self) -> &'static str {
        self.0
    }

    /// How many decimals one major unit has: 2 for EUR, 0 for JPY.
    pub fn decimals(self) -> u32 {
        self.1
    }
}

/// Why a text is not money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMoney {
    /// The code is not in the list.
    #[error("unknown currency {0:?}: expected one of CHF, DKK, EUR, GBP, JPY, KWD, SEK, USD")]
    Currency(String),
    /// Not a plain decimal number, too many decimals for the currency, or beyond 64 bits of minor units.
    #[error("{0:?} is not an amount: expected a decimal number with at most {1} decimals")]
    Amount(String, u32),
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl FromStr for Currency {
    type Err = BadMoney;

    fn from_str(code: &str) -> Result<Self, BadMoney> {
        let known = CURRENCIES.into_iter().find(|c| c.0 == code);
        known.ok_or_else(|| BadMoney::Currency(code.chars().take(20).collect()))
    }
}

/// An amount in minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: 1,250 is 12.50 EUR and 1,250 JPY.
    pub minor: i64,
    /// What the amount is in.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The exact decimal amount in major units.
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.decimals())
    }

    /// From a decimal text in major units, exact: more decimals than the currency has are refused unless they are zeros.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, BadMoney> {
        parse_minor(amount, currency.decimals())
            .map(|minor| Self { minor, currency })
            .ok_or_else(|| BadMoney::Amount(amount.chars().take(40).collect(), currency.decimals()))
    }
}

/// `12.5` with 2 decimals is 1250. Only digits, one point and a leading minus: no exponent, no NaN, no spaces.
fn parse_minor(amount: &str, decimals: u32) -> Option<i64> {
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    if amount.len() > 40 || !plain(amount) {
        return None;
    }
    let mut decimal = Decimal::from_str_exact(amount).ok()?.normalize();
    if decimal.scale() > decimals {
        return None;
    }
    decimal.rescale(decimals);
    i64::try_from(decimal.mantissa()).ok().filter(|_| decimal.scale() == decimals)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_never_rounded() {
        assert_eq!(Money::parse("12.50", Currency::EUR).unwrap().minor, 1250);
        assert_eq!(Money::parse("0.1", Currency::EUR).unwrap().to_string(), "0.10 EUR");
        assert_eq!(Money::parse("1.000", Currency::EUR).unwrap().minor, 100);
        assert_eq!(Money::parse("92233720368547758.07", Currency::EUR).unwrap().minor, i64::MAX);
        for bad in ["", "-", "1.001", "1e3", "NaN", "Infinity", " 1", "1,5", "92233720368547758.08", "0x10", "1.2.3", "--1"] {
            assert!(Money::parse(bad, Currency::EUR).is_err(), "{bad}");
        }
        assert!(Money::parse("1.5", "JPY".parse().unwrap()).is_err());
        assert!("eur".parse::<Currency>().is_err());
    }
}
