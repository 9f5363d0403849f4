//! All rows of all files in memory, those that are good by themselves. Nothing is written before the last file was read.

use super::{
    activity, article, category, comment, csv, customer,
    entity::Entity,
    fields::{Fields, Ref},
    mapping::{File, Format, Mapping},
    ndjson, order, preferences, product,
    report::{FileReport, shown},
};
use crate::shop::{ActivityEvent, Article, Category, Comment, Customer, Order, OrderItem, Preferences, Product};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
};
use uuid::Uuid;

/// A row that waits, and where it came from.
#[derive(Debug)]
pub struct Staged<T> {
    pub file: usize,
    pub line: u64,
    pub refs: Vec<Ref>,
    pub row: T,
}

/// The rows.
#[derive(Debug, Default)]
pub struct Staging {
    pub customers: Vec<Staged<Customer>>,
    pub categories: Vec<Staged<Category>>,
    pub products: Vec<Staged<Product>>,
    pub orders: Vec<Staged<Order>>,
    pub items: Vec<Staged<OrderItem>>,
    pub articles: Vec<Staged<Article>>,
    pub comments: Vec<Staged<Comment>>,
    pub preferences: Vec<Staged<Preferences>>,
    pub activity: Vec<Staged<ActivityEvent>>,
    /// Orders that have a bad line.
    pub spoiled: HashSet<Uuid>,
    /// Values that may stand once in an entity, and where they stand: file and line.
    seen: HashMap<(Entity, &'static str, String), (usize, u64)>,
}

impl Staging {
    /// Whether the files hold a row with this id, good or bad.
    pub fn names(&self, entity: Entity, id: Uuid) -> bool {
        self.seen.contains_key(&(entity, "key", id.to_string()))
    }

    /// Reads a file whole.
    pub fn read(&mut self, mapping: &Mapping, base: &Path, place: usize, reports: &mut [FileReport]) {
        let file = &mapping.files[place];
        let data = match std::fs::read(base.join(&file.path)) {
            Ok(data) => data,
            Err(error) => return reports[place].break_off(0, "row", format_args!("the file cannot be read: {error}")),
        };
        let rows = rows(&data, file, &mut reports[place]);
        for row in &rows {
            let mut fields = Fields::new(mapping, file, row);
            let kept = match file.entity {
                Entity::Customers => self.keep(place, &mut fields, reports, customer::read, |all| &mut all.customers),
                Entity::Categories => self.keep(place, &mut fields, reports, category::read, |all| &mut all.categories),
                Entity::Products => self.keep(place, &mut fields, reports, product::read, |all| &mut all.products),
                Entity::Orders => self.keep(place, &mut fields, reports, order::read, |all| &mut all.orders),
                Entity::OrderItems => self.keep(place, &mut fields, reports, order::read_item, |all| &mut all.items),
                Entity::Articles => self.keep(place, &mut fields, reports, article::read, |all| &mut all.articles),
                Entity::Comments => self.keep(place, &mut fields, reports, comment::read, |all| &mut all.comments),
                Entity::Preferences => self.keep(place, &mut fields, reports, preferences::read, |all| &mut all.preferences),
                Entity::Activity => self.keep(place, &mut fields, reports, activity::read, |all| &mut all.activity),
            };
            if !kept && file.entity == Entity::OrderItems {
                self.spoiled.extend(fields.refs.iter().filter(|to| to.field == "order_id").map(|to| to.id));
            }
        }
    }

    fn keep<T>(
        &mut self,
        place: usize,
        fields: &mut Fields<'_>,
        reports: &mut [FileReport],
        read: fn(&mut Fields<'_>) -> Option<T>,
        list: fn(&mut Self) -> &mut Vec<Staged<T>>,
    ) -> bool {
        let (entity, line) = (fields.file.entity, fields.row.line);
        let row = read(fields);
        for (field, value) in std::mem::take(&mut fields.unique) {
            let shown = if field == "key" { "the row's key".to_owned() } else { shown(&value) };
            match self.seen.entry((entity, field, value)) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert((place, line));
                }
                std::collections::hash_map::Entry::Occupied(entry) => {
                    let (other, line) = entry.get();
                    fields.wrong(field, format_args!("{shown} stands in {}:{line} already", reports[*other].path));
                }
            }
        }
        match row {
            Some(row) if fields.problems.is_empty() => {
                list(self).push(Staged { file: place, line, refs: std::mem::take(&mut fields.refs), row });
                true
            }
            _ => {
                reports[place].bad += 1;
                fields.problems.iter().for_each(|(field, reason)| reports[place].problem(line, field, reason));
                false
            }
        }
    }
}

fn rows(data: &[u8], file: &File, report: &mut FileReport) -> Vec<super::row::Row> {
    if data.starts_with(&[0xff, 0xfe]) || data.starts_with(&[0xfe, 0xff]) {
        report.break_off(1, "row", "the file is UTF-16: save it as UTF-8");
        return Vec::new();
    }
    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    match file.format {
        Format::Csv => csv::read(data, file, report),
        Format::Ndjson => ndjson::read(data, report),
    }
}
