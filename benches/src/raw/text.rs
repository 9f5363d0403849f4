//! The texts of the graph's scalars, written without allocation: ids, times, amounts, cursors.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// Crockford's base 32, as TypeIDs have it.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of a UUID in it.
const LENGTH: usize = 26;

/// A short text that is being written.
struct Short {
    bytes: [u8; 48],
    length: usize,
}

impl Short {
    fn new() -> Self {
        Self { bytes: [0; 48], length: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// The number with at least so many digits.
    fn digits(&mut self, mut number: u64, least: usize) {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        while number > 0 {
            start -= 1;
            digits[start] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.push(&digits[start.min(digits.len() - least)..]);
    }

    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // only ASCII was pushed
        serializer.serialize_str(std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default())
    }
}

/// A TypeID: the name of its entity, and a UUID.
#[derive(Clone, Copy)]
pub struct Id(pub &'static str, pub Uuid);

impl Id {
    fn short(self) -> Short {
        let mut text = Short::new();
        text.push(self.0.as_bytes());
        text.push(b"_");
        let bits = self.1.as_u128();
        for place in (0..LENGTH).rev() {
            text.push(&[LETTERS[(bits >> (5 * place)) as usize & 31]]);
        }
        text
    }

    /// Reads one of this entity.
    pub fn parse(entity: &'static str, text: &str) -> Option<Self> {
        let letters = text.strip_prefix(entity)?.strip_prefix('_')?.as_bytes();
        let value = |letter: u8| LETTERS.iter().position(|known| *known == letter);
        let bits = letters.iter().try_fold(0_u128, |bits, letter| Some(bits << 5 | value(*letter)? as u128))?;
        (letters.len() == LENGTH).then(|| Self(entity, Uuid::from_u128(bits)))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.short().serialize(serializer)
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.short();
        f.write_str(std::str::from_utf8(&text.bytes[..text.length]).unwrap_or_default())
    }
}

/// A time in milliseconds since 1970: `2026-01-31T12:00:00.000Z`.
#[derive(Clone, Copy)]
pub struct Time(pub i64);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.unsigned_abs();
        let (days, rest) = (millis / 86_400_000, millis % 86_400_000);
        // the civil calendar from the days since 1970, in years that begin in March
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + u64::from(month <= 2);
        let mut text = Short::new();
        let parts = [
            (year, 4, b"-"),
            (month, 2, b"-"),
            (day, 2, b"T"),
            (rest / 3_600_000, 2, b":"),
            (rest / 60_000 % 60, 2, b":"),
            (rest / 1_000 % 60, 2, b"."),
            (rest % 1_000, 3, b"Z"),
        ];
        for (number, least, end) in parts {
            text.digits(number, least);
            text.push(end);
        }
        text.serialize(serializer)
    }
}

/// Minor units of a currency, as a decimal text of major units.
#[derive(Clone, Copy)]
pub struct Amount<'a>(pub i64, pub &'a str);

impl Serialize for Amount<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (unit, decimals) = match self.1 {
            "JPY" => (1, 0),
            "KWD" => (1_000, 3),
            _ => (100, 2),
        };
        let minor = self.0.unsigned_abs();
        let mut text = Short::new();
        if self.0 < 0 {
            text.push(b"-");
        }
        text.digits(minor / unit, 1);
        if decimals > 0 {
            text.push(b".");
            text.digits(minor % unit, decimals);
        }
        text.serialize(serializer)
    }
}

/// An amount and its currency.
#[derive(Serialize)]
pub struct Money<'a> {
    amount: Amount<'a>,
    currency: &'a str,
}

impl<'a> Money<'a> {
    pub fn new(minor: i64, currency: &'a str) -> Self {
        Self { amount: Amount(minor, currency), currency }
    }
}

/// A 64-bit number, which is a text in JSON.
pub struct Big(pub i64);

impl Serialize for Big {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Short::new();
        if self.0 < 0 {
            text.push(b"-");
        }
        text.digits(self.0.unsigned_abs(), 1);
        text.serialize(serializer)
    }
}

/// The cursor of a row in a list that is sorted by a time.
pub fn cursor(list: &str, millis: i64, id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(format!("1|{list}|t|{millis}|{}", id.simple()))
}

/// Reads a cursor of this list back.
pub fn read_cursor(list: &str, cursor: &str) -> Option<(i64, Uuid)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (millis, id) = text.strip_prefix("1|")?.strip_prefix(list)?.strip_prefix("|t|")?.split_once('|')?;
    Some((millis.parse().ok()?, Uuid::try_parse(id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn ids_are_written_and_read_as_the_server_does() {
        let text = "customer_01jbfxyd02f5nah53zt8ysgh44";
        let id = Id::parse("customer", text).unwrap();
        assert_eq!((id.to_string(), json(id)), (text.to_owned(), format!("{text:?}")));
        assert!(Id::parse("order", text).is_none() && Id::parse("customer", &text[..34]).is_none());
    }

    #[test]
    fn times_and_amounts_have_the_servers_form() {
        let times = [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_793_404_800_001, "2026-10-31T00:00:00.001Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        ];
        times.iter().for_each(|(millis, text)| assert_eq!(json(Time(*millis)), format!("{text:?}")));
        let amounts = [(5, "EUR", "0.05"), (-1_250, "EUR", "-12.50"), (1_250, "JPY", "1250"), (1, "KWD", "0.001"), (0, "EUR", "0.00")];
        amounts.iter().for_each(|(minor, currency, text)| assert_eq!(json(Amount(*minor, currency)), format!("{text:?}")));
        assert_eq!([json(Big(0)), json(Big(-12))], ["\"0\"", "\"-12\""]);
    }

    #[test]
    fn a_cursor_comes_back() {
        let id = Uuid::from_u128(42);
        assert_eq!(read_cursor("orders/PlacedDesc", &cursor("orders/PlacedDesc", 7, id)), Some((7, id)));
        assert_eq!(read_cursor("orders/PlacedAsc", &cursor("orders/PlacedDesc", 7, id)), None);
    }
}
