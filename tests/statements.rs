//! The statements and migrations as files: each can be prepared, is used, and stands in both SQL engines' folders.
#![expect(clippy::unwrap_used, reason = "a test that meets something unexpected may panic")]

use polystore::engines::postgres::testing::fresh_database;
use sqlx::{AssertSqlSafe, Connection as _, Executor, PgConnection, SqlSafeStr as _, SqliteConnection, migrate::Migrator};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Statements that one engine has alone, and why.
const ONE_ENGINE_ONLY: &[(&str, &str, &str)] = &[
    ("postgres", "customer_lock", "writers of a file take turns: what they read stays so without a lock"),
    ("postgres", "explain_generic", "SQLite plans a statement once, whatever its values are"),
    ("postgres", "fresh_database", "a database of a server is made by a statement, a file is not"),
    ("postgres", "migrations_applied", "read by the engine's own schema comparison"),
    ("postgres", "order_items_to_return", "locks the products, where writers do not take turns"),
    ("postgres", "order_place", "one round trip for what are four statements there"),
    ("postgres", "product_lock", "writers of a file take turns: what they read stays so without a lock"),
    ("postgres", "session_limits", "a file has no sessions that could outlive their caller"),
    ("sqlite", "article_words_put", "the full-text index is a table of its own there, and a column here"),
    ("sqlite", "audit_put", "a part of outbox_put and once_answer there"),
    ("sqlite", "order_add", "a part of order_place there"),
    ("sqlite", "product_rules", "the driver does not name a reference that is broken"),
    ("sqlite", "product_words_put", "the full-text index is a table of its own there, and a column here"),
    ("sqlite", "stock_return", "a part of order_move there"),
    ("sqlite", "stock_take", "a part of order_place there"),
];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn folder(engine: &str) -> PathBuf {
    root("src/engines").join(engine).join("sql")
}

/// The files of a folder with this ending: name without the ending, and path.
fn files(folder: &Path, ending: &str) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|found| found == ending));
    let mut found: Vec<_> = paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect();
    found.sort();
    assert!(!found.is_empty(), "{} holds no .{ending} files", folder.display());
    found
}

fn names(folder: &Path) -> BTreeSet<String> {
    files(folder, "sql").into_iter().map(|(name, _)| name).collect()
}

/// Every `.rs` file below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Prepares each statement of an engine and tells which the database refuses.
async fn refused<'c, C>(connection: &'c mut C, engine: &str) -> Vec<String>
where
    for<'e> &'e mut C: Executor<'e>,
{
    let mut refused = Vec::new();
    for (name, path) in files(&folder(engine), "sql") {
        let sql = AssertSqlSafe(fs::read_to_string(path).unwrap()).into_sql_str();
        if let Err(error) = (&mut *connection).prepare(sql).await {
            refused.push(format!("{name}: {error}"));
        }
    }
    refused
}

#[tokio::test]
async fn every_sqlite_statement_can_be_prepared() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    Migrator::new(root("migrations/sqlite")).await.unwrap().run(&mut connection).await.unwrap();
    assert_eq!(refused(&mut connection, "sqlite").await, Vec::<String>::new());
}

#[tokio::test]
async fn every_postgres_statement_can_be_prepared() {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        let required = std::env::var("POLYSTORE_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name.trim() == "postgres"));
        assert!(!required, "TEST_DATABASE_URL is not set: run ./scripts/test");
        println!("skipped: TEST_DATABASE_URL is not set: run ./scripts/test");
        return;
    };
    let url = fresh_database(&server, &format!("t_{}_statements", std::process::id())).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    Migrator::new(root("migrations/postgres")).await.unwrap().run(&mut connection).await.unwrap();
    assert_eq!(refused(&mut connection, "postgres").await, Vec::<String>::new());
}

#[test]
fn both_engines_have_the_same_statements() {
    let of = |engine: &str| -> BTreeSet<String> {
        let mut all = names(&folder(engine));
        for (only, name, reason) in ONE_ENGINE_ONLY.iter().filter(|(only, ..)| *only == engine) {
            assert!(all.remove(*name), "{only} has no {name} any more: take it off the list ({reason})");
        }
        all
    };
    let (postgres, sqlite) = (of("postgres"), of("sqlite"));
    assert_eq!(postgres.difference(&sqlite).collect::<Vec<_>>(), Vec::<&String>::new(), "only in postgres");
    assert_eq!(sqlite.difference(&postgres).collect::<Vec<_>>(), Vec::<&String>::new(), "only in sqlite");
}

#[test]
fn every_statement_is_used() {
    for engine in ["postgres", "sqlite"] {
        let mut paths = Vec::new();
        sources(&root("src/engines").join(engine), &mut paths);
        let code: String = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        let unused = |name: &String| !code.contains(&format!("\"{name}\"")) && !code.contains(&format!("{name}.sql"));
        assert_eq!(names(&folder(engine)).into_iter().filter(unused).collect::<Vec<_>>(), Vec::<String>::new(), "{engine}");
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    assert_eq!(names(&root("migrations/postgres")), names(&root("migrations/sqlite")));
}

/// The calls of `format!` and its kin in a source whose text reads like SQL.
fn built_sql(source: &str) -> Vec<String> {
    const MACROS: [&str; 3] = ["format!(", "write!(", "writeln!("];
    const WORDS: [&str; 9] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "DROP ", "ALTER ", " WHERE ", "ORDER BY"];
    let calls = MACROS.iter().flat_map(|name| source.match_indices(name));
    let texts = calls.map(|(at, _)| source[at..].split(';').next().unwrap_or_default());
    texts.filter(|text| WORDS.iter().any(|word| text.contains(word))).map(str::to_owned).collect()
}

#[test]
fn no_statement_is_built_from_pieces() {
    assert_eq!(built_sql("let q = format!(\"SELECT * FROM {table}\");").len(), 1, "the test must be able to fail");
    assert!(built_sql("let s = format!(\"{n} rows\"); query(\"SELECT 1\");").is_empty());
    let mut paths = Vec::new();
    sources(&root("src"), &mut paths);
    sources(&root("lab/src"), &mut paths);
    for path in paths {
        let source = fs::read_to_string(&path).unwrap();
        // the lab's databases have names of letters, digits and underscores that it made itself; a name cannot be bound
        let makes_databases = path.ends_with("lab/src/site/postgres.rs");
        assert!(makes_databases || built_sql(&source).is_empty(), "{}: {:?}", path.display(), built_sql(&source));
        // The driver's own ways round its check. Test support lets the server itself write CREATE DATABASE; an explanation is a constant before a
        // constant; the lab makes and drops databases of its own names, and explains the statement that the driver prepared.
        let known = [
            "engines/postgres/testing.rs",
            "engines/postgres/explain.rs",
            "engines/sqlite/explain.rs",
            "lab/src/stores/postgres.rs",
            "lab/src/site/sqlite.rs",
            "lab/src/site/postgres.rs",
        ];
        let allowed = known.iter().any(|known| path.ends_with(known));
        let round = ["AssertSqlSafe", "QueryBuilder"].into_iter().find(|way| source.contains(way));
        assert!(allowed || round.is_none(), "{} uses {round:?}", path.display());
    }
}
