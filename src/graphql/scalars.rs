//! The scalars that GraphQL lacks: exact decimals, 64-bit integers, instants, free JSON.

use crate::shop::{Money, Timestamp};
use async_graphql::{InputValueError, InputValueResult, Name, Object, Scalar, ScalarType, Value, indexmap::IndexMap};
use rust_decimal::Decimal as Exact;

/// An instant in UTC, RFC 3339 with milliseconds, between 1970 and 9999.
pub struct DateTime(pub Timestamp);

#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An exact decimal number, as a string: `"12.50"`.
pub struct Decimal(pub String);

#[Scalar(specified_by_url = "https://ibm.github.io/graphql-specs/custom-scalars/decimal.html")]
impl ScalarType for Decimal {
    /// Only the form is checked here; how many decimals are allowed depends on the currency.
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.len() <= 40 && Exact::from_str_exact(&text).is_ok() => Ok(Self(text)),
            Value::String(_) => Err(InputValueError::custom("expected a decimal number as a string, for example \"12.50\"")),
            // an integer literal is exact, a float literal has been through binary
            Value::Number(number) if number.is_i64() => Ok(Self(number.to_string())),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A 64-bit integer, as a string: JavaScript numbers are exact up to 2^53 only.
pub struct BigInt(pub i64);

#[Scalar(specified_by_url = "https://scalars.graphql.org/apollographql/bigint-string.html")]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(|_| InputValueError::custom("expected a 64-bit integer as a string")),
            Value::Number(number) => number.as_i64().map(Self).ok_or_else(|| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Any JSON value.
pub struct Json(pub serde_json::Value);

#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        value.into_json().map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        plain(&self.0)
    }
}

/// The same value in the library's terms. Not its own conversion, which reads objects of a certain shape as something else.
fn plain(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Boolean(*flag),
        serde_json::Value::Number(number) => Value::Number(number.clone()),
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(plain).collect()),
        serde_json::Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (Name::new(key), plain(value))).collect::<IndexMap<_, _>>())
        }
    }
}

/// An amount of money.
#[Object]
impl Money {
    /// The amount in major units, exact.
    async fn amount(&self) -> Decimal {
        Decimal(self.decimal().to_string())
    }

    /// The ISO 4217 code.
    async fn currency(&self) -> &'static str {
        self.currency.code()
    }
}
