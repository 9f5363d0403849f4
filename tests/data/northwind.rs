//! The classic trading company's files, which nobody here made: all rows are good, and the sales report equals one that a
//! hand-written statement computes straight from the files.

use crate::recording::Recording;
use polystore::{
    engines::{Limits, sqlite::Sqlite},
    import::{Options, run},
    progress::Silent,
    roles::{Orders, Store},
    shop::{SalesBy, SalesPeriod, Timestamp},
};
use sqlx::{Connection, SqliteConnection};
use std::path::{Path, PathBuf};

/// Where the files are: `POLYSTORE_NORTHWIND`, or beside the project.
#[expect(clippy::print_stdout, reason = "why nothing was tested")]
fn files() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::var_os("POLYSTORE_NORTHWIND").map_or_else(|| root.join("../shared/data/northwind"), PathBuf::from);
    if folder.join("orders.csv").is_file() {
        return Some(folder);
    }
    println!("skipped: the Northwind files are not in {}; POLYSTORE_NORTHWIND may name their folder", folder.display());
    None
}

fn mapping() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/northwind.toml")
}

#[tokio::test]
async fn northwind_loads_without_a_bad_row_and_its_sales_are_those_of_the_files() {
    let Some(folder) = files() else { return };
    let store = Sqlite::connect("sqlite::memory:", &Limits::default()).await.unwrap();
    store.migrate().await.unwrap();
    let hot = Recording::default();
    let options = Options { data: Some(&folder), skip_bad: false };
    for _ in 0..2 {
        let report = run(&mapping(), options, &store, &store, &hot, &Silent).await.unwrap();
        let rows: Vec<_> = report.files.iter().map(|file| (file.read, file.written, file.bad)).collect();
        assert_eq!(rows, [(91, 91, 0), (8, 8, 0), (77, 77, 0), (830, 830, 0), (2_155, 2_155, 0)], "{report}");
    }
    let period = SalesPeriod {
        from: Timestamp::from_millis(0).unwrap(),
        to: "2000-01-01T00:00:00Z".parse().unwrap(),
        by: SalesBy::Category,
        limit: 100,
    };
    let report = store.sales_report(&period).await.unwrap();
    let found: Vec<_> = report.into_iter().map(|row| (row.label, row.orders, row.units, row.revenue.minor)).collect();
    let expected = from_the_files(&folder).await;
    assert_eq!(found.len(), 8);
    assert_eq!(found, expected);
}

/// Category, distinct orders, pieces, cents: the largest revenue first. Only the csv crate and one statement, nothing of polystore.
async fn from_the_files(folder: &Path) -> Vec<(String, i64, i64, i64)> {
    let mut scratch = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    for table in ["categories", "products", "order-details"] {
        let mut reader = csv::Reader::from_path(folder.join(table).with_extension("csv")).unwrap();
        let (name, columns) = match table {
            "categories" => ("INSERT INTO categories VALUES (?, ?)", [0, 1, 1, 1, 1]),
            "products" => ("INSERT INTO products VALUES (?, ?)", [0, 3, 3, 3, 3]),
            _ => ("INSERT INTO details VALUES (?, ?, ?, ?, ?)", [0, 1, 2, 3, 4]),
        };
        let create = match table {
            "categories" => "CREATE TABLE categories (id TEXT, name TEXT)",
            "products" => "CREATE TABLE products (id TEXT, category TEXT)",
            _ => "CREATE TABLE details (order_id TEXT, product TEXT, price TEXT, quantity INTEGER, discount TEXT)",
        };
        sqlx::query(create).execute(&mut scratch).await.unwrap();
        for record in reader.records() {
            let record = record.unwrap();
            let used = if table == "order-details" { 5 } else { 2 };
            let mut query = sqlx::query(name);
            for column in columns.iter().take(used) {
                query = query.bind(record[*column].to_owned());
            }
            query.execute(&mut scratch).await.unwrap();
        }
    }
    // whole numbers only: cents, and hundredths of a discount; what is taken off is rounded half up
    let sql = "
        WITH line AS (
            SELECT order_id, product, CAST(quantity AS INTEGER) AS pieces,
                CAST(round(CAST(price AS REAL) * 100) AS INTEGER) * CAST(quantity AS INTEGER) AS gross,
                CAST(round(CAST(discount AS REAL) * 100) AS INTEGER) AS percent
            FROM details
        )
        SELECT categories.name, count(DISTINCT order_id), sum(pieces), sum(gross - (gross * percent + 50) / 100) AS revenue
        FROM line JOIN products ON products.id = line.product JOIN categories ON categories.id = products.category
        GROUP BY categories.id ORDER BY revenue DESC";
    sqlx::query_as(sql).fetch_all(&mut scratch).await.unwrap()
}
