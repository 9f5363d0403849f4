//! What a document comes to when every fragment is written out where it is spread: each field is visited on its way from the root.

use super::document::{Argument, Document, Field, Pick};

#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub depth: u64,
    pub cost: u64,
    pub selections: u64,
    pub aliases: u64,
    pub root_fields: u64,
    pub introspection_depth: u64,
    pub introspection_lists: u64,
    pub introspection_fields: u64,
}

impl Counts {
    pub fn larger(&self, other: &Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            cost: self.cost.max(other.cost),
            selections: self.selections.max(other.selections),
            aliases: self.aliases.max(other.aliases),
            root_fields: self.root_fields.max(other.root_fields),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            introspection_fields: self.introspection_fields.max(other.introspection_fields),
        }
    }
}

/// The largest of the operations.
pub fn operations(document: &Document) -> Counts {
    document.operations.iter().fold(Counts::default(), |most, set| most.larger(&counted(document, set)))
}

/// The largest of the fragments, each for itself.
pub fn fragments(document: &Document) -> Counts {
    document.fragments.iter().fold(Counts::default(), |most, set| most.larger(&counted(document, set)))
}

fn counted(document: &Document, set: &[Pick]) -> Counts {
    let mut counts = Counts::default();
    walk(document, set, &[], 1, &mut counts);
    counts
}

/// `above` are the names of the fields on the way here, `rows` how many times the set is answered.
fn walk(document: &Document, set: &[Pick], above: &[&'static str], rows: u64, counts: &mut Counts) {
    for pick in set {
        counts.selections += 1;
        match pick {
            Pick::Inline { set, .. } => walk(document, set, above, rows, counts),
            Pick::Spread { fragment, .. } => walk(document, &document.fragments[*fragment], above, rows, counts),
            Pick::Field(field) => {
                let way = [above, &[field.name][..]].concat();
                counts.field(field, &way, rows);
                walk(document, &field.set, &way, rows * self::rows(document, field), counts);
            }
        }
    }
}

impl Counts {
    fn field(&mut self, field: &Field, way: &[&str], rows: u64) {
        let is_list = |name: &&&str| ["types", "fields"].contains(*name);
        let introspection = way.iter().position(|name| name.starts_with("__"));
        let (plain, inside) = introspection.map_or((way.len(), 0), |at| (at + 1, way.len() - at));
        self.depth = self.depth.max(plain as u64);
        self.introspection_depth = self.introspection_depth.max(inside as u64);
        self.introspection_lists = self.introspection_lists.max(way.iter().filter(is_list).count() as u64);
        self.introspection_fields += u64::from(is_list(&&field.name));
        self.cost += if field.name.starts_with("__") { 0 } else { rows };
        self.aliases += u64::from(field.alias.is_some());
        self.root_fields += u64::from(way.len() == 1);
    }
}

fn rows(document: &Document, field: &Field) -> u64 {
    let mut told = field.arguments.iter().filter_map(|(_, argument)| match argument {
        Argument::Number(number) | Argument::Ids(number) => Some(*number),
        Argument::Variable(number) => document.variables[*number].value(),
        Argument::Null => None,
    });
    told.next_back().unwrap_or(match field.name {
        "products" | "orders" => 20,
        "categories" => 10,
        "items" | "children" => 5,
        "salesReport" => 100,
        _ => 1,
    })
}
