//! The profile for production: what it asks for, and what it does not show.

use crate::{
    home::{Home, Running},
    http::{self, post},
};
use serde_json::{Value, json};

const SECRET: (&str, &str) = ("POLYSTORE_SECRET", "a secret of a test, long enough for anybody");
const PRODUCTION: (&str, &str) = ("POLYSTORE_PROFILE", "production");
/// Embedded stores that somebody named.
const STORES: [(&str, &str); 3] = [("DATABASE_URL", "sqlite:shop.db"), ("DOCUMENTS_URL", "sqlite:shop.db"), ("HOT_URL", "memory:")];

fn serve(home: &Home, arguments: &[&str]) -> Running {
    let variables = [&STORES[..], &[PRODUCTION, SECRET, ("POLYSTORE_LISTEN", "127.0.0.1:0")]].concat();
    home.start(&variables, arguments)
}

/// The only error of an answer: its code and message.
fn refusal(address: &str, query: &str) -> (Value, String) {
    let (_, answer) = post(address, &[], query);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer}");
    let error = &answer["errors"][0];
    (error["extensions"]["code"].clone(), error["message"].as_str().unwrap().to_owned())
}

#[test]
fn what_production_must_not_start_without_is_told_and_nothing_is_made() {
    let home = Home::new();
    let start = |variables: &[(&str, &str)], arguments: &[&str]| home.start(&[&[PRODUCTION], variables].concat(), arguments).end();
    let all =
        ["--database-url / DATABASE_URL", "--documents-url / DOCUMENTS_URL", "--hot-url / HOT_URL", "POLYSTORE_PROFILE is production"];
    for command in [&[][..], &["migrate"], &["seed", "--scale", "0.001"], &["outbox"], &["rebuild"]] {
        start(&[SECRET], command).refused(1, &all);
    }
    let ended = start(&[STORES[0], STORES[2], SECRET], &[]);
    ended.refused(1, &["--documents-url / DOCUMENTS_URL: ", "sqlite:FILE and memory: have to be named, too"]);
    start(&STORES, &[]).refused(1, &["--secret / POLYSTORE_SECRET", "at least 32 characters", "POLYSTORE_PROFILE is production"]);
    let open = [STORES[0], STORES[1], STORES[2], SECRET];
    start(&open, &["--demo", "true"]).refused(1, &["--demo / POLYSTORE_DEMO", "expected false", "POLYSTORE_PROFILE is production"]);
    start(&open, &["--anonymous", "reader"]).refused(1, &["--anonymous / POLYSTORE_ANONYMOUS", "expected visitor"]);
    assert!(home.content().is_empty(), "{:?}", home.content());
    // what needs no store can be asked for all the same
    start(&[], &["schema"]).ok();
    let config = start(&[], &["config"]).ok();
    let shown = ["POLYSTORE_PROFILE", "POLYSTORE_CONSOLE", "POLYSTORE_INTROSPECTION", "POLYSTORE_DEMO", "POLYSTORE_ANONYMOUS"];
    assert_eq!(shown.map(|name| config.setting(name)), ["production", "off", "off", "false", "visitor"]);
}

#[test]
fn in_production_the_schema_is_not_shown_and_nobody_reads_everything() {
    let home = Home::new();
    let mut run = serve(&home, &[]);
    let address = run.address();
    let printed = run.printed();
    for path in ["/", "/graphiql", "/schema.graphql"] {
        assert_eq!(http::get(&address, path).status, 404, "{path}");
        assert!(!printed.contains(&format!("{path}\n")), "{printed}");
    }
    assert_eq!(http::get(&address, "/livez").status, 200);
    for query in [
        "{ __schema { queryType { name } } }",
        "{ t: __type(name: \"Product\") { name } }",
        "{ ...F } fragment F on Query { __schema { description } }",
    ] {
        assert_eq!(refusal(&address, query).0, json!("INTROSPECTION_DISABLED"), "{query}");
    }
    let (code, message) = refusal(&address, "{ categories { nam __typename } }");
    assert_eq!((code, message.contains("Did you mean")), (json!("GRAPHQL_VALIDATION_FAILED"), false), "{message}");
    assert_eq!(
        http::ask(&address, "{ __typename server { __typename } }"),
        json!({ "__typename": "Query", "server": { "__typename": "Server" } })
    );
    assert_eq!(refusal(&address, "{ customers { totalCount } }").0, json!("UNAUTHENTICATED"));
    assert_eq!(http::ask(&address, "{ products { totalCount } }"), json!({ "products": { "totalCount": 0 } }), "there is no demo");
    run.stop().ok().is_clean();
}

#[test]
fn console_and_introspection_can_be_switched_by_themselves() {
    let home = Home::new();
    for (arguments, console, schema) in [
        (&["--console", "on", "--introspection", "on"][..], 200, 200),
        (&["--console", "on"], 200, 404),
        (&["--profile", "development", "--demo", "false", "--introspection", "off"], 200, 404),
        (&["--profile", "development", "--demo", "false", "--console", "off"], 404, 200),
    ] {
        let mut run = serve(&home, arguments);
        let address = run.address();
        assert_eq!(http::get(&address, "/graphiql").status, console, "{arguments:?}");
        assert_eq!(http::get(&address, "/schema.graphql").status, schema, "{arguments:?}");
        let (_, answer) = post(&address, &[], "{ __schema { queryType { name } } }");
        assert_eq!(answer.get("errors").is_none(), schema == 200, "{arguments:?}: {answer}");
        let (_, message) = refusal(&address, "{ categories { nam } }");
        assert_eq!(message.contains("Did you mean"), schema == 200, "{arguments:?}: {message}");
        run.stop().ok().is_clean();
    }
}
