//! Random operations over the schema: fields, arguments, aliases, fragments and variables are drawn; ids are of the data.

use crate::support::random::Random;
use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, TypeKind, TypeSystemDefinition},
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// What names things: ids and slugs of the data, by the kind of thing.
pub type Names = HashMap<&'static str, Vec<String>>;

pub struct Generator {
    fields: HashMap<String, Vec<FieldDefinition>>,
    /// Types that an abstract type stands for.
    members: HashMap<String, Vec<String>>,
    names: Names,
    random: Random,
    variables: Vec<(String, u32)>,
    fragments: Vec<(String, String)>,
    aliases: u32,
    /// Every list says how many rows it has, and that is so many at most; without it some are long, and some say nothing.
    short: Option<u32>,
}

impl Generator {
    pub fn new(names: Names, seed: u64) -> Self {
        let sdl = include_str!("../../../graphql/schema.graphql");
        let (mut fields, mut members) = (HashMap::new(), HashMap::<String, Vec<String>>::new());
        for definition in parse_schema(sdl).unwrap().definitions {
            let TypeSystemDefinition::Type(kind) = definition else { continue };
            let name = kind.node.name.node.to_string();
            let list = |all: Vec<async_graphql::Positioned<FieldDefinition>>| all.into_iter().map(|field| field.node).collect::<Vec<_>>();
            match kind.node.kind {
                TypeKind::Object(object) => {
                    for interface in object.implements {
                        members.entry(interface.node.to_string()).or_default().push(name.clone());
                    }
                    fields.insert(name, list(object.fields));
                }
                TypeKind::Interface(interface) => {
                    fields.insert(name, list(interface.fields));
                }
                TypeKind::Union(union) => {
                    members.insert(name, union.members.into_iter().map(|member| member.node.to_string()).collect());
                }
                _ => {}
            }
        }
        Self { fields, members, names, random: Random::new(seed), variables: vec![], fragments: vec![], aliases: 0, short: None }
    }

    /// With lists of so many rows at most.
    pub fn short(self, rows: u32) -> Self {
        Self { short: Some(rows), ..self }
    }

    /// A document and its variables.
    pub fn operation(&mut self) -> (String, Value) {
        (self.variables, self.fragments, self.aliases) = (vec![], vec![], 0);
        let roots = 1 + self.random.below(3);
        let set = self.set("Query", 0, roots);
        let declared: Vec<_> = self.variables.iter().map(|(name, _)| format!("${name}: Int")).collect();
        let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
        let fragments: String = self.fragments.iter().map(|(_, text)| format!(" {text}")).collect();
        let values: Map<String, Value> = self.variables.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        (format!("query Generated{declared} {set}{fragments}"), Value::Object(values))
    }

    fn set(&mut self, of: &str, depth: u32, most: u32) -> String {
        if let Some(members) = self.members.get(of).cloned() {
            let chosen: Vec<_> = members.iter().filter(|_| self.random.below(2) == 0).cloned().collect();
            let parts: String = chosen.iter().map(|member| format!(" ... on {member} {}", self.set(member, depth, 3))).collect();
            return format!("{{ __typename{parts} }}");
        }
        let fields = self.fields[of].clone();
        let mut parts = Vec::new();
        for _ in 0..most {
            let place = self.random.below(u32::try_from(fields.len()).unwrap()) as usize;
            parts.extend(self.field(&fields[place], depth));
        }
        let set = if parts.is_empty() { "{ __typename }".to_owned() } else { format!("{{ {} }}", parts.join(" ")) };
        // some sets stand in a fragment, and some of these are spread twice
        if depth > 0 && self.random.below(6) == 0 {
            let name = format!("F{}", self.fragments.len());
            self.fragments.push((name.clone(), format!("fragment {name} on {of} {set}")));
            return if self.random.below(2) == 0 { format!("{{ ...{name} }}") } else { format!("{{ ...{name} ...{name} }}") };
        }
        set
    }

    fn field(&mut self, field: &FieldDefinition, depth: u32) -> Option<String> {
        let name = field.name.node.as_str();
        let kind = field.ty.node.to_string().replace(['[', ']', '!'], "");
        let composite = self.fields.contains_key(&kind) || self.members.contains_key(&kind);
        if !composite {
            return field.arguments.is_empty().then(|| name.to_owned());
        }
        if depth >= 8 || name == "rateLimit" || name == "server" {
            return None;
        }
        let arguments = self.arguments(field)?;
        self.aliases += 1;
        let alias = format!("f{}", self.aliases);
        let most = 1 + self.random.below(4);
        Some(format!("{alias}: {name}{arguments} {}", self.set(&kind, depth + 1, most)))
    }

    fn arguments(&mut self, field: &FieldDefinition) -> Option<String> {
        let name = field.name.node.as_str();
        let takes = |argument: &str| field.arguments.iter().any(|known| known.node.name.node == argument);
        let mut given = Vec::new();
        match name {
            "node" | "nodes" if !field.arguments.is_empty() => {
                let count = if name == "node" { 1 } else { 1 + self.random.below(12) };
                let ids: Vec<_> = (0..count).map(|_| self.any_id()).collect();
                given.push(if name == "node" { format!("id: {}", ids[0]) } else { format!("ids: [{}]", ids.join(", ")) });
            }
            "product" | "category" | "article" | "customer" | "order" if takes("id") => {
                let id = self.name(field.name.node.as_str());
                given.push(format!("id: {id}"));
            }
            "comparison" => given.push("id: \"none\"".to_owned()),
            "search" => given.push(format!("text: {:?}", ["skillet", "oak", "brass", "linen", "trail"][self.random.below(5) as usize])),
            "salesReport" => {
                given.push("from: \"2025-01-01T00:00:00Z\", to: \"2026-12-01T00:00:00Z\", by: DAY".to_owned());
                let limit = 1 + self.random.below(200);
                given.push(format!("limit: {limit}"));
            }
            _ => {}
        }
        if takes("first") && (self.short.is_some() || self.random.below(4) > 0) {
            let way = if takes("last") && self.random.below(3) == 0 { "last" } else { "first" };
            let most = self.short.unwrap_or([2, 10, 30, 100][self.random.below(4) as usize]);
            let rows = 1 + self.random.below(most);
            if self.random.below(3) == 0 {
                let variable = format!("v{}", self.variables.len());
                given.push(format!("{way}: ${variable}"));
                self.variables.push((variable, rows));
            } else {
                given.push(format!("{way}: {rows}"));
            }
        }
        Some(if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) })
    }

    fn any_id(&mut self) -> String {
        let kind = ["product", "category", "article", "customer", "order"][self.random.below(5) as usize];
        self.name(kind)
    }

    fn name(&mut self, kind: &str) -> String {
        let names = &self.names[kind];
        format!("{:?}", names[self.random.below(u32::try_from(names.len()).unwrap()) as usize])
    }
}
