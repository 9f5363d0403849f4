//! The status of an answer by the operator's profile.

use crate::door::{Answer, QUERY, post, send_with};
use axum::http::{Request, request::Builder};
use polystore::{config::StatusProfile, http::Options};

const JSON: &str = "application/json";
const RESPONSE: &str = "application/graphql-response+json";

fn under(status_profile: StatusProfile, request: Builder, body: &str) -> Answer {
    send_with(Options { status_profile, ..Options::default() }, request, body.to_owned())
}

#[test]
fn each_profile_has_its_status_for_each_outcome_and_media_type() {
    // suite under both types, draft under both types
    let cases: [(&str, &str, [u16; 4]); 13] = [
        ("a success", QUERY, [200, 200, 200, 200]),
        ("no JSON", "{ \"query\": ", [400, 400, 400, 400]),
        ("no body", "", [400, 400, 400, 400]),
        ("no query", r#"{"qeury":"{ __typename }"}"#, [400, 400, 422, 422]),
        ("a query of another type", r#"{"query":{}}"#, [400, 400, 422, 422]),
        ("variables of another type", r#"{"query":"{ __typename }","variables":[7]}"#, [400, 400, 422, 422]),
        ("a list", r#"[{"query":"{ __typename }"}]"#, [400, 400, 422, 422]),
        ("no GraphQL", r#"{"query":"{"}"#, [200, 400, 400, 400]),
        ("not of the schema", r#"{"query":"{ nope }"}"#, [200, 400, 422, 422]),
        ("an unknown operation", r#"{"query":"query A { __typename }","operationName":"B"}"#, [200, 400, 422, 422]),
        ("a variable that is not given", r#"{"query":"query($id: ID!) { product(id: $id) { name } }"}"#, [200, 400, 422, 422]),
        ("too many rows", r#"{"query":"{ products(first: 1000) { nodes { name } } }"}"#, [200, 400, 422, 422]),
        ("data and errors", r#"{"query":"{ server { name } product(id: \"x\") { name } }"}"#, [200, 200, 200, 294]),
    ];
    for (what, body, expected) in &cases[..] {
        let profiles = [StatusProfile::Suite, StatusProfile::Draft];
        let asked = profiles.into_iter().flat_map(|profile| [(profile, JSON), (profile, RESPONSE)]);
        let got: Vec<u16> = asked.map(|(profile, accept)| under(profile, post().header("accept", accept), body).status).collect();
        assert_eq!(got, expected, "{what}");
    }
}

#[test]
fn by_the_draft_json_is_the_type_of_successes_alone() {
    for (profile, body, kind) in [
        (StatusProfile::Suite, "{", JSON),
        (StatusProfile::Draft, "{", RESPONSE),
        (StatusProfile::Draft, r#"{"query":"{ nope }"}"#, RESPONSE),
        (StatusProfile::Draft, QUERY, JSON),
    ] {
        let answer = under(profile, post().header("accept", JSON), body);
        assert_eq!(answer.header("content-type"), format!("{kind}; charset=utf-8"), "{body}");
    }
    let other_type = under(StatusProfile::Draft, Request::post("/graphql").header("content-type", "text/plain"), QUERY);
    assert_eq!((other_type.status, other_type.header("content-type")), (415, format!("{RESPONSE}; charset=utf-8").as_str()));
}

#[test]
fn what_has_a_status_of_its_own_has_it_in_both_profiles() {
    for profile in [StatusProfile::Suite, StatusProfile::Draft] {
        let mutation = "/graphql?query=mutation%7B__typename%7D";
        assert_eq!(under(profile, Request::get(mutation), "").status, 405);
        assert_eq!(under(profile, Request::put("/graphql"), "").status, 405);
        assert_eq!(under(profile, post().header("accept", "text/csv"), QUERY).status, 406);
        assert_eq!(under(profile, Request::post("/graphql"), QUERY).status, 415);
        assert_eq!(under(profile, post().header("authorization", "Bearer nobody"), QUERY).status, 401);
    }
}
