//! What strangers send: the sample operations, everything that asks for Ada's things, bad input at every root field, mutations that cannot
//! be done, hostile bytes, odd headers.

use super::{people::People, planted::canary, talk::Talk};
use crate::{hostile, support::mutations::MUTATIONS};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, ServiceDocument, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};
use std::path::Path;

/// Everything that is a customer's own.
const PRIVATE: &str = "id name email tier totalSpent { amount } orders(first: 5) { totalCount nodes { id status total { amount } } }
    preferences { theme interests extra } articles(first: 5) { nodes { id slug title } } activity(first: 5) { nodes { kind order { id } } }";

/// Documents in files, with their variables.
fn files(folder: &str) -> Vec<(String, String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "graphql"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let variables = std::fs::read_to_string(path.with_extension("variables.json")).unwrap_or_else(|_| "{}".to_owned());
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap(), serde_json::from_str(&variables).unwrap())
    };
    paths.iter().map(read).collect()
}

/// The sample operations, and the console's changes.
pub fn samples(talk: &mut Talk, lines: &str) {
    for (name, query, variables) in files("graphql/operations").into_iter().chain(files("graphql/changes")) {
        talk.ask(&name, lines, &query, &variables);
    }
}

/// Whatever a stranger may ask who knows ids and names of Ada's.
pub fn prying(talk: &mut Talk, lines: &str, people: &People) {
    let known = &people.known;
    let private = format!("... on Customer {{ {PRIVATE} }} ... on Order {{ id total {{ amount }} }} ... on Article {{ id title slug }}");
    let asked = [
        ("a customer", format!("query($v: ID!) {{ customer(id: $v) {{ {PRIVATE} }} }}"), &known.customer),
        (
            "a customer as a node",
            format!("query($v: ID!) {{ node(id: $v) {{ {private} }} nodes(ids: [$v]) {{ {private} }} }}"),
            &known.customer,
        ),
        (
            "a customer by e-mail",
            format!("query($v: String!) {{ customers(where: {{ email: $v }}) {{ nodes {{ {PRIVATE} }} }} }}"),
            &known.email,
        ),
        ("an order", "query($v: ID!) { order(id: $v) { id status customer { name email } items { quantity } } }".to_owned(), &known.order),
        ("an order as a node", format!("query($v: ID!) {{ node(id: $v) {{ {private} }} nodes(ids: [$v]) {{ {private} }} }}"), &known.order),
        ("orders of a customer", "query($v: ID!) { orders(where: { customerId: $v }) { nodes { id } } }".to_owned(), &known.customer),
        (
            "a draft",
            "query($v: ID!) { article(id: $v) { title slug blocks { __typename } revisions { nodes { version } } } }".to_owned(),
            &known.draft,
        ),
        (
            "a draft by slug",
            "query($v: String!) { article(slug: $v) { title blocks { ... on Paragraph { text } } } }".to_owned(),
            &known.slug,
        ),
        ("a draft as a node", format!("query($v: ID!) {{ node(id: $v) {{ {private} }} }}"), &known.draft),
        (
            "a draft by its author",
            "query($v: ID!) { articles(where: { authorId: $v, status: DRAFT }) { nodes { title slug } } }".to_owned(),
            &known.customer,
        ),
        (
            "a draft by its tag",
            "query($v: String!) { articles(where: { tag: $v }) { totalCount nodes { title slug } } }".to_owned(),
            &canary("tag"),
        ),
        (
            "words",
            "query($v: String!) { search(text: $v) { ... on Article { title } ... on Product { name } } }".to_owned(),
            &canary("words"),
        ),
        ("who bought it", "query($v: ID!) { product(id: $v) { name stock articles { nodes { title } } } }".to_owned(), &known.product),
    ];
    for (what, query, value) in asked {
        talk.ask(what, lines, &query, &json!({ "v": value }));
    }
    let all = format!("{{ customers(first: 100) {{ nodes {{ {PRIVATE} }} }} }}");
    for query in [
        all.as_str(),
        "{ orders(first: 100) { nodes { id customer { email name } } } }",
        "{ articles(first: 100) { nodes { title slug author { name email } comments { nodes { author { email } } } } } }",
        "{ bestSellers { product { name } } trending { product { name } } server { name version } rateLimit { limit remaining } }",
        r#"{ salesReport(from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z", by: CUSTOMER) { __typename } }"#,
        "{ __schema { types { name description fields { name description } } } }",
    ] {
        talk.ask("everything", lines, query, &json!({}));
    }
    for (mutation, input) in [
        ("payOrder", json!({ "orderId": known.order })),
        ("cancelOrder", json!({ "orderId": known.order })),
        ("shipOrder", json!({ "orderId": known.order })),
        ("updateArticle", json!({ "id": known.draft, "version": 1, "title": "Mine" })),
        ("publishArticle", json!({ "id": known.draft, "version": 1 })),
        ("addComment", json!({ "articleId": known.draft, "body": "Hm" })),
        ("updateProfile", json!({ "email": known.email })),
        ("signUp", json!({ "email": known.email, "name": "Not Ada", "password": canary("wrong-password") })),
        ("signIn", json!({ "email": known.email, "password": canary("wrong-password") })),
    ] {
        let query = crate::support::mutations::named(mutation).document();
        talk.ask(mutation, lines, &query, &json!({ "input": input, "key": canary("strangers-key") }));
    }
}

fn fields<'s>(schema: &'s ServiceDocument, of: &str) -> &'s [async_graphql::Positioned<FieldDefinition>] {
    let found = schema.definitions.iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(found) if found.node.name.node == of => match &found.node.kind {
            TypeKind::Object(object) => Some(&*object.fields),
            _ => None,
        },
        _ => None,
    });
    found.unwrap()
}

/// Whether a type has fields to select.
fn has_fields(schema: &ServiceDocument, base: &BaseType) -> bool {
    match base {
        BaseType::List(inner) => has_fields(schema, &inner.base),
        BaseType::Named(name) => schema.definitions.iter().any(|definition| match definition {
            TypeSystemDefinition::Type(found) if found.node.name.node == *name => {
                matches!(found.node.kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))
            }
            _ => false,
        }),
    }
}

/// Every root field with every argument of another kind than it takes, and with odd ones of the right kind.
pub fn bad_inputs(talk: &mut Talk, lines: &str) {
    let schema = parse_schema(polystore::graphql::sdl()).unwrap();
    let secret = canary("strangers-word");
    let literals =
        ["-1", "2147483648", "1e400", "NOT_A_VALUE", "{ x: 1 }", "[[1]]", "null", "true", "\"\\u0000\"", "\"' OR 1=1 --\"", "\"%\""];
    for root in ["Query", "Mutation"] {
        for field in fields(&schema, root) {
            let field = &field.node;
            let shows = if has_fields(&schema, &field.ty.node.base) { " { __typename }" } else { "" };
            let opens = if root == "Query" { "query" } else { "mutation" };
            talk.ask("a root field", lines, &format!("{opens} {{ {}{shows} }}", field.name.node), &json!({}));
            for argument in &field.arguments {
                let (name, kind) = (&argument.node.name.node, &argument.node.ty.node);
                for literal in literals {
                    let query = format!("{opens} {{ {}({name}: {literal}){shows} }}", field.name.node);
                    talk.ask("a bad argument", lines, &query, &json!({}));
                }
                for value in [json!({ "a": &secret }), json!([&secret]), json!(1), json!(&secret)] {
                    let query = format!("{opens}($v: {kind}) {{ {}({name}: $v){shows} }}", field.name.node);
                    talk.ask("a bad variable", lines, &query, &json!({ "v": value }));
                }
            }
        }
    }
}

/// Secrets where they do not fit: what is wrong with a request is told without repeating them.
pub fn misplaced(talk: &mut Talk, password: &str) {
    for mutation in &MUTATIONS {
        for input in
            [json!(password), json!([password]), json!({ "password": [password] }), json!({ "password": { "x": password } }), json!({})]
        {
            talk.ask("an input of another kind", "", &mutation.document(), &json!({ "input": input, "key": [password] }));
        }
    }
    let sign_in = |input: String| format!("mutation {{ signIn(input: {input}) {{ session {{ token }} userErrors {{ message }} }} }}");
    for query in [
        sign_in(format!(r#"{{ email: "a@example.com", password: "{password}" "#)),
        sign_in(format!(r#"{{ email: "a@example.com", password: "{password}"#)),
        sign_in(format!(r#"{{ email: "a@example.com", password: ["{password}"] }}"#)),
        sign_in(format!(r#"{{ email: "a@example.com", password: {{ x: "{password}" }} }}"#)),
        sign_in(format!(r#"{{ email: "a@example.com", secret: "{password}" }}"#)),
        sign_in(format!(r#"{{ email: 1, password: "{password}" }}"#)),
        sign_in(format!(r#"{{ email: "a@example.com", password: "{password}" }}, again: "{password}""#)),
        format!(
            r#"mutation($p: String! = ["{password}"]) {{ signIn(input: {{ email: "a@example.com", password: $p }}) {{ __typename }} }}"#
        ),
        format!(r#"query {{ product(slug: "{password}", nonsense: "{password}") {{ id }} }}"#),
        format!(r#"query {{ product(slug: "{password}") @include(if: "{password}") {{ id }} }}"#),
    ] {
        talk.ask("a secret in a document", "", &query, &json!({}));
    }
    for body in [
        format!("{{\"query\": \"{{ __typename }}\", \"variables\": \"{password}\"}}"),
        format!("[\"{password}\"]"),
        format!("{{{password}"),
        password.to_owned(),
    ] {
        talk.raw("a secret in a body", &hostile::case::posted(body));
    }
    for path in [
        format!("/graphql?query={password}"),
        format!("/graphql?query=%7B__typename%7D&variables={password}"),
        format!("/graphql?query=%7B__typename%7D&variables=%7B%22a%22%3A%22{password}%22"),
        format!("/graphql?token={password}"),
        format!("/nowhere/{password}"),
        format!("/assets/{password}"),
    ] {
        talk.get(&path, "");
    }
}

/// Tokens and keys that are not, or not quite, what they should be.
pub fn odd_headers(talk: &mut Talk, token: &str, key: &str) {
    let long = key.repeat(20);
    for lines in [
        format!("authorization: Bearer {token}\r\n"),
        format!("authorization: Bearer {token}{token}\r\n"),
        format!("authorization: Bearer {key}\r\n"),
        format!("authorization: Basic {token}\r\n"),
        format!("authorization: {token}\r\n"),
        format!("authorization: Bearer {token}\r\nauthorization: Bearer {key}\r\n"),
        format!("x-access-token: {token}\r\n"),
        format!("cookie: session={token}\r\n"),
        format!("idempotency-key: {key}\r\n"),
        format!("idempotency-key: {long}\r\n"),
        format!("idempotency-key: {key}\r\nidempotency-key: {token}\r\n"),
        format!("x-request-id: {key} {key}\r\n"),
        format!("accept: {key}\r\n"),
        format!("origin: https://{key}.example\r\n"),
        format!("x-forwarded-for: {key}\r\n"),
    ] {
        for query in [
            "{ me { id email } accessToken }",
            "mutation { signOut { signedOut } }",
            "mutation { setPreferences(input: { patch: {} }) { userErrors { message } } }",
        ] {
            talk.ask("an odd header", &lines, query, &json!({}));
        }
        talk.get("/graphql?query=%7B__typename%7D", &lines);
        talk.get("/readyz", &lines);
    }
}

/// The list of hostile requests.
pub fn hostile_list(talk: &mut Talk) {
    for case in hostile::all() {
        talk.raw(case.what, &case.bytes);
    }
}

/// Pages and files that everybody may see.
pub fn pages(talk: &mut Talk) {
    for path in ["/livez", "/readyz", "/graphql", "/schema.graphql", "/metrics", "/.env", "/data/shop.db", "/../data/shop.db"] {
        talk.get(path, "");
    }
}

/// Operations for a socket that shows a stranger's token, or none that is good.
pub fn on_sockets(people: &People) -> Vec<(&'static str, Value)> {
    vec![
        (
            "subscription($v: ID!) { orderStatusChanged(orderId: $v) { order { id customer { email } } } }",
            json!({ "v": people.known.order }),
        ),
        ("query($v: ID!) { customer(id: $v) { email orders { nodes { id } } } }", json!({ "v": people.known.customer })),
        ("subscription { articlePublished { article { title author { email } } } }", json!({})),
        ("{ me { id email } accessTokens }", json!({})),
        ("mutation { signIn(input: { email: 1, password: true }) { session { token } } }", json!({})),
    ]
}
