//! What the embedded console promises to browsers, whichever of its two pages this build carries.

use super::*;
use axum::body::to_bytes;
use axum::http::Request;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use tower::ServiceExt;

const SAMPLES: [&str; 2] =
    [concat!(env!("CARGO_MANIFEST_DIR"), "/graphql/operations"), concat!(env!("CARGO_MANIFEST_DIR"), "/graphql/changes")];

async fn ask(path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(name, *value));
    routes().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn header(response: &Response, name: HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    ASSETS.iter().chain([&PAGE]).map(|asset| (asset.name, std::str::from_utf8(asset.bytes).unwrap()))
}

/// The sample operations as the page carries them.
fn samples() -> Vec<Value> {
    let page = std::str::from_utf8(PAGE.bytes).unwrap();
    let block = page.split_once(r#"<script type="application/json" id="operations">"#).unwrap().1;
    serde_json::from_str(block.split_once("</script>").unwrap().0).unwrap()
}

#[tokio::test]
async fn the_page_answers_with_a_policy_that_names_no_host() {
    let response = ask("/graphiql", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CONTENT_TYPE), "text/html; charset=utf-8");
    assert_eq!(header(&response, X_CONTENT_TYPE_OPTIONS), "nosniff");
    let policy = header(&response, CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'self';") && policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("//") && !policy.contains("unsafe-eval") && !policy.contains('*'), "{policy}");
    assert_eq!(to_bytes(response.into_body(), usize::MAX).await.unwrap(), PAGE.bytes);
}

#[tokio::test]
async fn a_browser_that_has_the_page_is_told_so_without_a_body() {
    let first = ask("/graphiql", &[]).await;
    assert_eq!(header(&first, CACHE_CONTROL), "no-cache");
    let tag = format!("\"older\", {}", header(&first, ETAG));
    let second = ask("/graphiql", &[(IF_NONE_MATCH, &tag)]).await;
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&second, ETAG), header(&first, ETAG));
    assert!(to_bytes(second.into_body(), usize::MAX).await.unwrap().is_empty());
    assert_eq!(ask("/graphiql", &[(IF_NONE_MATCH, "\"older\"")]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn every_asset_answers_as_its_kind_and_is_kept_only_if_its_name_changes_with_it() {
    for asset in ASSETS {
        let response = ask(&format!("/graphiql/assets/{}", asset.name), &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", asset.name);
        assert_ne!(header(&response, CONTENT_TYPE), "application/octet-stream", "{}", asset.name);
        let kept = header(&response, CACHE_CONTROL).contains("immutable");
        assert_eq!(kept, asset.name.contains('-'), "{}: only hashed names may be kept", asset.name);
    }
    let missing = ask("/graphiql/assets/missing.js", &[]).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&missing, X_CONTENT_TYPE_OPTIONS), "nosniff");
}

#[tokio::test]
async fn assets_travel_compressed_only_to_clients_that_accept_it() {
    for asset in ASSETS {
        let path = format!("/graphiql/assets/{}", asset.name);
        for (accepted, compressed) in [("br, gzip", true), ("gzip;q=0.5", true), ("gzip;q=0", false), ("br", false)] {
            let response = ask(&path, &[(ACCEPT_ENCODING, accepted)]).await;
            let compressed = compressed && asset.gzip.is_some();
            assert_eq!(header(&response, CONTENT_ENCODING) == "gzip", compressed, "{} for {accepted}", asset.name);
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(body.starts_with(&[0x1f, 0x8b]), compressed, "{} for {accepted}", asset.name);
        }
    }
}

/// Where a text makes a browser load from another host; links that a person must click, and namespaces, do not.
fn foreign_loads(text: &str) -> Vec<String> {
    let bare: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '`' | '\\')).collect();
    let loaders =
        ["src=", "src:", "url(", "import(", "import", "}from", "fetch(", "worker(", "importscripts(", "eventsource(", "websocket("];
    let mut found = Vec::new();
    for loader in loaders {
        for scheme in ["http://", "https://", "ws://", "wss://"] {
            found.extend(bare.match_indices(&format!("{loader}{scheme}")).map(|(at, _)| bare[at..].chars().take(60).collect()));
        }
    }
    for link in bare.split("<link").skip(1).filter_map(|rest| rest.split('>').next()) {
        found.extend(link.contains("href=http").then(|| link.to_owned()));
    }
    found.extend(bare.match_indices("src=//").chain(bare.match_indices("url(//")).map(|(_, loader)| loader.to_owned()));
    found
}

#[test]
fn no_file_makes_the_browser_load_from_another_host() {
    for bad in [
        r#"<script src="https://cdn.example/x.js">"#,
        "<link rel=stylesheet href='https://x'>",
        r#"import("https://cdn.example/x.js")"#,
        "@import url('http://x/y.css')",
        "import{a}from\"https://x\"",
        "background: url(//x/y.png)",
    ] {
        assert!(!foreign_loads(bad).is_empty(), "the search would miss {bad}");
    }
    for (name, text) in texts() {
        assert_eq!(foreign_loads(text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn every_file_that_a_file_names_is_embedded() {
    let mut named = 0;
    for (name, text) in texts() {
        for word in text.split(['"', '\'', '`']).filter(|word| word.ends_with(".js") || word.ends_with(".css")) {
            let prefixes = ["/graphiql/assets/", "assets/", "./"];
            let Some(wanted) = prefixes.iter().find_map(|prefix| word.strip_prefix(prefix)) else { continue };
            assert!(ASSETS.iter().any(|asset| asset.name == wanted), "{name} names {word}");
            named += 1;
        }
    }
    assert!(named >= 2, "the page names at least a script and a style sheet");
}

#[test]
fn every_sample_operation_is_in_the_console_with_its_variables() {
    let mut folder = BTreeMap::new();
    for entry in SAMPLES.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "graphql") {
            let variables = fs::read_to_string(path.with_extension("variables.json")).map_or(Value::Null, |text| text.trim_end().into());
            folder.insert(
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                (Value::from(fs::read_to_string(&path).unwrap()), variables),
            );
        }
    }
    assert!(!folder.is_empty(), "the folder of sample operations is empty");
    let embedded = samples()
        .into_iter()
        .map(|mut sample| (sample["name"].as_str().unwrap().to_owned(), (sample["query"].take(), sample["variables"].take())));
    assert_eq!(embedded.collect::<BTreeMap<_, _>>(), folder);
}

#[test]
fn a_sample_operation_is_named_after_its_file_because_its_tab_bears_that_name() {
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    for sample in samples() {
        let (file, query) = (sample["name"].as_str().unwrap(), sample["query"].as_str().unwrap());
        let mut lines = query.lines().map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').collect::<Vec<_>>());
        let words = lines.find(|words| matches!(words[0], "query" | "mutation" | "subscription"));
        let name = words.and_then(|words| words.get(1).copied()).unwrap_or_default();
        assert_eq!(plain(name), plain(file), "{file}.graphql holds the operation {name:?}");
    }
}
