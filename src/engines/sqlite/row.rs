//! Reading the shop's values out of rows. What cannot be read becomes a decode error, which the engine calls corrupt.

pub use crate::engines::cells::{PARENT, unreadable};
use crate::{
    engines::cells,
    shop::{Currency, Money, Timestamp},
};
use serde::de::DeserializeOwned;
use sqlx::{
    Decode, Type,
    error::BoxDynError,
    sqlite::{Sqlite as Db, SqliteRow},
};
use uuid::Uuid;

/// The cells of a row.
pub type Cells<'r> = cells::Cells<'r, SqliteRow>;

/// A column through a function that may refuse what stands there.
pub fn parsed<'r, R, T, E>(row: &Cells<'r>, column: &str, parse: impl FnOnce(R) -> Result<T, E>) -> sqlx::Result<T>
where
    R: Decode<'r, Db> + Type<Db>,
    E: Into<BoxDynError>,
{
    parse(row.try_get(column)?).map_err(|e| unreadable(column, e))
}

/// An id of any entity.
pub fn id<T: From<Uuid>>(row: &Cells<'_>, column: &str) -> sqlx::Result<T> {
    Ok(row.try_get::<Uuid>(column)?.into())
}

/// An id that may be missing.
pub fn id_opt<T: From<Uuid>>(row: &Cells<'_>, column: &str) -> sqlx::Result<Option<T>> {
    Ok(row.try_get::<Option<Uuid>>(column)?.map(Into::into))
}

/// Milliseconds.
pub fn time(row: &Cells<'_>, column: &str) -> sqlx::Result<Timestamp> {
    parsed(row, column, Timestamp::from_millis)
}

/// Milliseconds that may be missing.
pub fn time_opt(row: &Cells<'_>, column: &str) -> sqlx::Result<Option<Timestamp>> {
    parsed(row, column, |millis: Option<i64>| millis.map(Timestamp::from_millis).transpose())
}

/// An enum's upper-case name.
pub fn code<T>(row: &Cells<'_>, column: &str, from_code: fn(&str) -> Option<T>) -> sqlx::Result<T> {
    parsed(row, column, |code: &str| from_code(code).ok_or_else(|| format!("unknown code {code:?}")))
}

/// The currency of the row's amounts.
pub fn currency(row: &Cells<'_>) -> sqlx::Result<Currency> {
    parsed(row, "currency", |code: &str| code.parse())
}

/// An amount; its currency stands in the column `currency`.
pub fn money(row: &Cells<'_>, column: &str) -> sqlx::Result<Money> {
    // in this order: that is how most statements list them
    let minor = row.try_get(column)?;
    Ok(Money::new(minor, currency(row)?))
}

/// A text.
pub fn text(row: &Cells<'_>, column: &str) -> sqlx::Result<String> {
    row.try_get(column)
}

/// A whole number.
pub fn number(row: &Cells<'_>, column: &str) -> sqlx::Result<i64> {
    row.try_get(column)
}

/// A JSON document.
pub fn json<T: DeserializeOwned>(row: &Cells<'_>, column: &str) -> sqlx::Result<T> {
    parsed(row, column, |text: &str| serde_json::from_str(text))
}

/// A JSON document that may be missing.
pub fn json_opt<T: DeserializeOwned>(row: &Cells<'_>, column: &str) -> sqlx::Result<Option<T>> {
    parsed(row, column, |text: Option<&str>| text.map(serde_json::from_str).transpose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::{Connection as _, SqliteConnection};

    async fn row(sql: &'static str) -> SqliteRow {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::query(sql).fetch_one(&mut connection).await.unwrap()
    }

    #[tokio::test]
    async fn columns_are_found_by_their_names_in_any_order() {
        let row = row("SELECT 1 AS a, 'two' AS b, 3 AS c, NULL AS d").await;
        for order in ["abcd", "dcba", "badc", "aabbccdd", "cacbcdab"] {
            let cells = Cells::of(&row);
            for column in order.chars() {
                match column {
                    'a' => assert_eq!(number(&cells, "a").unwrap(), 1, "{order}"),
                    'b' => assert_eq!(text(&cells, "b").unwrap(), "two", "{order}"),
                    'c' => assert_eq!(number(&cells, "c").unwrap(), 3, "{order}"),
                    _ => assert_eq!(cells.try_get::<Option<i64>>("d").unwrap(), None, "{order}"),
                }
            }
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_told_with_the_name_of_its_column() {
        let row = row("SELECT x'00' AS parent, 'two' AS b, 'no' AS tier, 3 AS c").await;
        let cells = Cells::of(&row);
        let column = |error: sqlx::Error| match error {
            sqlx::Error::ColumnDecode { index, .. } => index,
            other => panic!("{other:?}"),
        };
        for _ in 0..2 {
            assert_eq!(column(number(&cells, "b").unwrap_err()), "b");
            assert_eq!(column(code(&cells, "tier", crate::shop::Tier::from_code).unwrap_err()), "tier");
            assert_eq!(column(text(&cells, "c").unwrap_err()), "c");
            assert!(matches!(text(&cells, "nowhere").unwrap_err(), sqlx::Error::ColumnNotFound(name) if name == "nowhere"));
        }
    }
}
