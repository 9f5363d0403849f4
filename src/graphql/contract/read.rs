//! Reads a text in GraphQL's schema language into tables by name.

use async_graphql::parser::{
    parse_schema,
    types::{DirectiveDefinition, SchemaDefinition, TypeDefinition, TypeSystemDefinition},
};
use std::collections::BTreeMap;

/// A schema by its names.
#[derive(Clone, Debug, Default)]
pub struct Sdl {
    /// The root type of `query`, `mutation` and `subscription`.
    pub(super) roots: BTreeMap<&'static str, String>,
    pub(super) types: BTreeMap<String, TypeDefinition>,
    pub(super) directives: BTreeMap<String, DirectiveDefinition>,
}

impl Sdl {
    /// Reads a whole schema; the message says what is wrong with the text.
    pub fn read(text: &str) -> Result<Self, String> {
        let document = parse_schema(text).map_err(|error| error.to_string())?;
        let (mut sdl, mut roots) = (Self::default(), None);
        for definition in document.definitions {
            let (kind, name, again) = match definition {
                TypeSystemDefinition::Schema(schema) if schema.node.extend => return Err(extension("schema")),
                TypeSystemDefinition::Type(ty) if ty.node.extend => return Err(extension(&ty.node.name.node)),
                TypeSystemDefinition::Schema(schema) => ("", "schema".to_owned(), roots.replace(named(schema.node)).is_some()),
                TypeSystemDefinition::Type(ty) => {
                    let name = ty.node.name.node.to_string();
                    ("", name.clone(), sdl.types.insert(name, ty.node).is_some())
                }
                TypeSystemDefinition::Directive(mut directive) => {
                    directive.node.is_repeatable = is_repeatable(text, &directive.node);
                    let name = directive.node.name.node.to_string();
                    ("@", name.clone(), sdl.directives.insert(name, directive.node).is_some())
                }
            };
            if again {
                return Err(format!("{kind}{name} is defined twice"));
            }
        }
        sdl.roots = roots.unwrap_or_else(|| sdl.usual_roots());
        Ok(sdl)
    }

    /// Without a definition of the schema the usual names count.
    fn usual_roots(&self) -> BTreeMap<&'static str, String> {
        let usual = [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")];
        usual.into_iter().filter(|(_, name)| self.types.contains_key(*name)).map(|(root, name)| (root, name.to_owned())).collect()
    }
}

fn named(schema: SchemaDefinition) -> BTreeMap<&'static str, String> {
    let roots = [("query", schema.query), ("mutation", schema.mutation), ("subscription", schema.subscription)];
    roots.into_iter().filter_map(|(root, name)| Some((root, name?.node.to_string()))).collect()
}

/// The library (7.2.1) takes every directive for repeatable, since its rule matches nothing as well: the word stands before `on` and the
/// first location, or not.
fn is_repeatable(text: &str, directive: &DirectiveDefinition) -> bool {
    let Some(first) = directive.locations.first().map(|location| location.pos) else { return false };
    let (mut line, mut column) = (1, 1);
    let end = text.char_indices().find(|(_, letter)| {
        let here = (line, column) == (first.line, first.column);
        (line, column) = if *letter == '\n' { (line + 1, 1) } else { (line, column + 1) };
        here
    });
    let before = &text[..end.map_or(text.len(), |(at, _)| at)];
    let on = before.trim_end_matches(|letter: char| letter.is_whitespace() || letter == '|').strip_suffix("on");
    let word = on.and_then(|before| before.trim_end().strip_suffix("repeatable"));
    word.is_some_and(|before| before.ends_with(|letter: char| letter.is_whitespace() || letter == ')'))
}

fn extension(name: &str) -> String {
    format!("extensions are not compared: write what extends {name} into its definition")
}
