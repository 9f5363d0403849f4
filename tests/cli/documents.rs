//! `documents build`, and a server that runs only what was built.

use crate::{
    home::Home,
    http::{connect, post},
};
use serde_json::{Value, json};
use std::{io::Write as _, path::Path};

const GOOD: &str = "query Name { server { name } }\n";

fn write(home: &Home, file: &str, text: &str) {
    std::fs::create_dir_all(home.path().join(file).parent().unwrap()).unwrap();
    home.write(file, text);
}

/// Status line and headers, and the body.
fn get(address: &str, path: &str, headers: &str) -> (String, String) {
    let mut stream = connect(address);
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn a_manifest_is_the_same_whenever_it_is_built() {
    let home = Home::new();
    write(&home, "shop/name.graphql", GOOD);
    write(&home, "shop/cart/order.gql", "mutation Out { signOut { __typename } }");
    write(&home, "shop/name.variables.json", "{}");
    let built = home.run(&["documents", "build", "shop"]).ok();
    let manifest: Value = serde_json::from_str(&built.out).unwrap();
    let mut documents: Vec<_> = manifest["documents"].as_object().unwrap().values().cloned().collect();
    documents.sort_by_key(|document| document["name"].to_string());
    let expected =
        [json!({ "name": "cart.order", "text": "mutation Out { signOut { __typename } }" }), json!({ "name": "name", "text": GOOD })];
    assert_eq!((&manifest["version"], documents.as_slice()), (&json!(1), &expected[..]));
    for _ in 0..2 {
        let told = home.run(&["documents", "build", "shop", "-o", "trusted.json"]).ok();
        assert_eq!(told.out, "2 documents in trusted.json\n");
        assert_eq!(std::fs::read_to_string(home.path().join("trusted.json")).unwrap(), built.out);
    }
    assert!(!home.path().join("data").exists(), "no store is needed");
}

#[test]
fn bad_documents_are_listed_with_file_and_line_and_nothing_is_written() {
    let home = Home::new();
    write(&home, "shop/a.graphql", GOOD);
    write(&home, "shop/b.graphql", "query B {\n  server { nonsense }\n  zzz\n}\n");
    write(&home, "shop/c.graphql", "query C {\n");
    write(&home, "shop/d.graphql", "{ products(first: 1000) { nodes { name } } }");
    write(&home, "shop/e.graphql", GOOD);
    write(&home, "shop/f g.graphql", "{ __typename }");
    std::fs::write(home.path().join("shop/h.graphql"), b"{ \xff }").unwrap();
    let ended = home.run(&["documents", "build", "shop", "-o", "trusted.json"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let lines = [
        "shop/b.graphql:2:12: Unknown field \"nonsense\" on type \"Server\".",
        "shop/b.graphql:3:3: Unknown field \"zzz\" on type \"Query\".",
        ": the document cannot be parsed: unexpected text at line ",
        "shop/d.graphql: first must be between 1 and 100",
        "shop/e.graphql: it has the same text as a",
        "shop/f g.graphql: its name must be",
        "shop/h.graphql: cannot be read",
    ];
    ended.refused(lines.len(), &lines);
    assert!(!home.path().join("trusted.json").exists());

    write(&home, "two/shop/a.graphql", GOOD);
    write(&home, "two/more/a.graphql", "{ __typename }");
    let twice = home.run(&["documents", "build", "two/shop", "two/more"]);
    assert_eq!(twice.code, Some(2), "{twice:?}");
    twice.refused(1, &["two/more/a.graphql: there is another document of the name \"a\""]);
    // the limits are those of the settings
    assert_eq!(home.run(&["documents", "build", "two/shop", "--max-depth", "1"]).code, Some(2));
    std::fs::create_dir(home.path().join("empty")).unwrap();
    home.run(&["documents", "build", "empty"]).refused(1, &["empty has no files .graphql or .gql"]);
    home.run(&["documents", "build", "nowhere"]).refused(1, &["cannot read nowhere"]);
    home.run(&["documents", "build", "two/shop", "-o", "nowhere/x.json"]).refused(1, &["--output: cannot write nowhere/x.json"]);
}

#[test]
fn a_manifest_that_cannot_be_used_ends_the_start_before_any_work_is_done() {
    let home = Home::new();
    home.write("no.json", "[]");
    home.write("old.json", r#"{"version":0,"documents":{}}"#);
    home.write("changed.json", format!(r#"{{"version":1,"documents":{{"{}":{{"name":"a","text":"{{ a }}"}}}}}}"#, "0".repeat(64)));
    // built for another schema
    let hash = "1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b";
    home.write("bad.json", format!(r#"{{"version":1,"documents":{{"{hash}":{{"name":"a","text":"{{ a }}"}}}}}}"#));
    for (file, why) in [
        ("no.json", "not a manifest"),
        ("old.json", "the version 0"),
        ("changed.json", "does not have the hash"),
        ("bad.json", "a: line 1, column 3: Unknown field \"a\""),
        ("nowhere.json", "cannot be read"),
    ] {
        let ended = home.serve(&["--trusted-documents", "only", "--trusted-manifest", file]).end();
        ended.refused(1, &["--trusted-manifest / POLYSTORE_TRUSTED_MANIFEST", file, why]);
    }
    assert!(!home.path().join("data").exists());
    // where nothing is trusted nobody reads it
    assert_eq!(home.run(&["--trusted-manifest", "nowhere.json", "config"]).ok().setting("POLYSTORE_TRUSTED_DOCUMENTS"), "off");
}

/// Issue 4, "done when" 3.
#[test]
fn a_server_of_trusted_documents_refuses_any_other_and_runs_a_known_one_by_hash_over_get_with_a_tag() {
    let home = Home::new();
    let folder = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql").join(name).display().to_string();
    let (reads, changes) = (folder("operations"), folder("changes"));
    home.run(&["documents", "build", &reads, &changes, "-o", "trusted.json"]).ok();
    let manifest: Value = serde_json::from_slice(&std::fs::read(home.path().join("trusted.json")).unwrap()).unwrap();
    let documents = manifest["documents"].as_object().unwrap();
    let (hash, trending) = documents.iter().find(|(_, document)| document["name"] == "trending").unwrap();

    home.run(&["seed", "--scale", "0.001"]).ok();
    let only = ["--trusted-documents", "only", "--trusted-manifest", "trusted.json", "--anonymous", "visitor"];
    let mut run = home.serve(&only);
    let address = run.address();
    let (status, refused) = post(&address, &[], "{ server { name } }");
    assert_eq!((status, refused.pointer("/errors/0/extensions/code")), (200, Some(&json!("PERSISTED_QUERY_NOT_IN_LIST"))), "{refused}");
    // the tabs of the console send the files as they are
    let page = get(&address, "/graphiql", "").1;
    assert!(documents.values().all(|document| page.contains(&json!(document["name"]).to_string())), "a tab is not in the manifest");
    let (_, run_by_text) = post(&address, &[], trending["text"].as_str().unwrap());
    assert!(run_by_text.get("data").is_some(), "{run_by_text}");

    let path = format!("/graphql?documentId=sha256:{hash}");
    let (head, body) = get(&address, &path, "");
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default().to_owned();
    assert!(head.starts_with("HTTP/1.1 200 ") && body.starts_with("{\"data\":"), "{head} {body}");
    assert_eq!(header("cache-control"), "public, max-age=10");
    let (head, body) = get(&address, &path, &format!("if-none-match: {}\r\n", header("etag")));
    assert!(head.starts_with("HTTP/1.1 304 ") && body.is_empty(), "{head} {body}");
    let (head, _) = get(&address, &path, "authorization: Bearer x\r\n");
    assert!(head.starts_with("HTTP/1.1 401 "), "a token that is none is nobody's, whatever is kept: {head}");
    run.stop().ok();
}
