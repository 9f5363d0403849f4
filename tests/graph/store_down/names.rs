//! What there is to ask: every sample operation, and every field where operations start. Read from the files, so that what is new and has no
//! row is missed.

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf};

fn graphql(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("graphql").join(file)
}

/// `article.graphql`, `Query.article`, `Mutation.signUp`, `Subscription.stockChanged` and all the others.
pub fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = fs::read_dir(graphql("operations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".graphql"))
        .collect();
    for definition in parse_schema(fs::read_to_string(graphql("schema.graphql")).unwrap()).unwrap().definitions {
        let TypeSystemDefinition::Type(found) = definition else { continue };
        let (name, TypeKind::Object(object)) = (found.node.name.node, found.node.kind) else { continue };
        if ["Query", "Mutation", "Subscription"].contains(&&*name) {
            names.extend(object.fields.iter().map(|field| format!("{name}.{}", field.node.name.node)));
        }
    }
    names
}

/// A sample operation and its variables, with two rows of everything: an answer tells of at most twenty errors. Of a search all rows, to see
/// which ones a dead store takes away.
pub fn sample(file: &str) -> (String, Value) {
    let query = fs::read_to_string(graphql("operations").join(file)).unwrap();
    let variables = fs::read_to_string(graphql("operations").join(file.replace(".graphql", ".variables.json"))).unwrap();
    let mut variables: Value = serde_json::from_str(&variables).unwrap();
    let size = query.lines().find_map(|line| line.strip_prefix("# size:")).unwrap().trim();
    if file != "search.graphql" {
        variables[size] = 2.into();
    }
    (query, variables)
}
