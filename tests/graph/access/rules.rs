//! The rules, as `docs/access.md` states them.

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use std::{collections::BTreeMap, fs, path::Path};

/// Who may have a field, and what the others get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Public,
    Object,
    Owner,
    Author,
    Readers,
    Own,
    OwnList,
    ById,
    Customer,
    Editor,
    Administrator,
}

impl Rule {
    fn read(name: &str) -> Self {
        match name {
            "public" => Self::Public,
            "object" => Self::Object,
            "owner" => Self::Owner,
            "author" => Self::Author,
            "readers" => Self::Readers,
            "own" => Self::Own,
            "own list" => Self::OwnList,
            "by id" => Self::ById,
            "customer" => Self::Customer,
            "editor" => Self::Editor,
            "administrator" => Self::Administrator,
            other => panic!("docs/access.md has a rule {other:?} that is not explained there"),
        }
    }
}

/// Every rule of the page, by type and field.
pub fn rules() -> BTreeMap<(String, String), Rule> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md")).unwrap();
    let mut rules = BTreeMap::new();
    for line in page.lines() {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, fields, rule] = cells[..] else { continue };
        // a table of fields has code in every column
        let (Some(name), Some(rule), true) = (code(name), code(rule), fields.starts_with('`')) else { continue };
        for field in fields.split_whitespace() {
            let field = code(field).unwrap_or_else(|| panic!("{field} in {line}"));
            let before = rules.insert((name.to_owned(), field.to_owned()), Rule::read(rule));
            assert_eq!(before, None, "{name}.{field} has two rules");
        }
    }
    rules
}

/// What stands between two backticks.
fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`').filter(|code| !code.contains('`'))
}

/// Every field of every object and interface of the schema.
pub fn fields() -> Vec<(String, String)> {
    let schema = parse_schema(polystore::graphql::sdl()).unwrap();
    let mut fields = Vec::new();
    for definition in schema.definitions {
        let TypeSystemDefinition::Type(found) = definition else { continue };
        let of_type = match found.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        fields.extend(of_type.iter().map(|field| (found.node.name.node.to_string(), field.node.name.node.to_string())));
    }
    fields
}
