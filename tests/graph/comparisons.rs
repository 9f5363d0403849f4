//! Stored results of the lab: in the graph, and as pages at `/lab`.

use crate::door::{limited, post, send_to};
use axum::http::Request;
use polystore::{
    graphql::{Graph, limits::Limits},
    http::Options,
};
use serde_json::{Value, json};
use std::path::Path;

const ID: &str = "20261127T192105-1a2b3c4d";

/// A folder with one result, one that cannot be read, and a secret beside the folder.
fn results() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("lab");
    std::fs::create_dir(&folder).unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/src/report/sample.json");
    let mut record: Value = serde_json::from_str(&std::fs::read_to_string(sample).unwrap()).unwrap();
    record["session"]["id"] = json!(ID);
    std::fs::write(folder.join(format!("{ID}.json")), record.to_string()).unwrap();
    std::fs::write(folder.join("20270101T000000-broken00.json"), "{").unwrap();
    std::fs::write(data.path().join("secret.json"), record.to_string()).unwrap();
    data
}

fn ask(graph: &Graph, query: &str) -> Value {
    let answer = send_to(graph.clone(), Options::default(), post(), json!({ "query": query }).to_string());
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn results_are_listed_newest_first_and_found_by_id_and_what_cannot_be_read_is_left_out() {
    let data = results();
    let graph = limited(Limits::default()).with_comparisons(data.path().join("lab"));
    let query = "{ comparisons { id suite partial workloads { code cases { code sameAnswers verdicts counted growth } } } }";
    let found = ask(&graph, query);
    let found = found["data"]["comparisons"].as_array().unwrap_or_else(|| panic!("{found}"));
    assert!(found.len() == 1 && found[0]["id"] == ID && found[0]["partial"] == false, "{found:?}");
    let workloads = found[0]["workloads"].as_array().unwrap();
    assert!(workloads.iter().any(|workload| workload["code"] == "W16"), "{workloads:?}");
    for case in workloads.iter().flat_map(|workload| workload["cases"].as_array().unwrap()) {
        assert!(case["sameAnswers"] == true && !case["verdicts"].as_array().unwrap().is_empty(), "{case}");
    }
    let one = ask(&graph, &format!("{{ comparison(id: \"{ID}\") {{ id machine claims {{ code finding figure }} }} }}"));
    assert_eq!(one["data"]["comparison"]["id"], ID, "{one}");
    for id in ["none", "20270101T000000-broken00", "../secret", ""] {
        let none = ask(&graph, &format!("{{ comparison(id: {}) {{ id }} }}", json!(id)));
        assert_eq!(none["data"]["comparison"], Value::Null, "{id}: {none}");
    }
    assert_eq!(ask(&graph, "{ comparisons(first: 0) { id } }")["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    // a server that was told no folder has none
    assert_eq!(ask(&limited(Limits::default()), "{ comparisons { id } }")["data"]["comparisons"], json!([]));
}

#[test]
fn pages_of_results_are_shown_with_the_console_alone_and_load_nothing() {
    let data = results();
    let get = |console, path: &str| {
        let options = Options { console, lab: Some(data.path().join("lab")), ..Options::default() };
        send_to(limited(Limits::default()), options, Request::get(path), "")
    };
    let list = get(true, "/lab");
    assert!(list.status == 200 && list.body.contains(&format!("/lab/{ID}")), "{}", list.body);
    let page = get(true, &format!("/lab/{ID}"));
    assert!(page.status == 200 && page.body.contains("<svg"), "{}", page.status);
    for answer in [&list, &page] {
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none';"));
        assert!(!answer.body.contains("<script") && !answer.body.contains("http://") && !answer.body.contains("https://"));
    }
    for (path, status) in [("/lab/none", 404), ("/lab/..%2Fsecret", 404), ("/lab/20270101T000000-broken00", 500)] {
        let answer = get(true, path);
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(!answer.body.contains("expected") && !answer.body.contains(data.path().to_str().unwrap()), "{}", answer.body);
    }
    for path in ["/lab", &format!("/lab/{ID}")] {
        assert_eq!(get(false, path).status, 404, "{path} without the console");
    }
}
