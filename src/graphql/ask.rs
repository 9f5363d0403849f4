//! How resolvers ask: loads of the request, ids from texts, pages from Relay arguments.

use super::{error::bad_input, limits::Limits, who::viewer};
use crate::{
    loaders::{Loads, Question, Row, Rows, SharedPage},
    shop::{Detail, End, Key, Reading, SortKind, Window, cursor},
};
use async_graphql::{
    Context, ID, Lookahead, OutputType, PathSegment, Result, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use std::{fmt::Display, str::FromStr, sync::Arc};

/// How many rows a list has when nobody says.
pub const DEFAULT_FIRST: u32 = 20;

/// Asks a question on behalf of the field that is being resolved.
pub async fn load<Q: Question>(ctx: &Context<'_>, key: Q::Key) -> Result<Option<Q::Answer>> {
    let loads = ctx.data::<Arc<Loads>>()?;
    Ok(loads.load::<Q>(key, || path(ctx)).await?)
}

/// The same for a list.
pub async fn load_list<T, Q: Question<Answer = Rows<T>>>(ctx: &Context<'_>, key: Q::Key) -> Result<Option<Vec<Row<T>>>> {
    Ok(load::<Q>(ctx, key).await?.map(|rows| rows.into_iter().collect()))
}

/// The answer of a part of a field; if the part failed, the error is told beside the rest of the field. `index` is the part's
/// place, where the field is a list of such parts.
pub fn or_told<T>(ctx: &Context<'_>, part: Result<Option<T>>, index: Option<usize>) -> Option<T> {
    part.unwrap_or_else(|error| {
        let mut error = ctx.set_error_path(error.into_server_error(ctx.item.pos));
        error.path.extend(index.map(PathSegment::Index));
        ctx.add_error(error);
        None
    })
}

/// The field's path without list indexes.
pub fn path(ctx: &Context<'_>) -> String {
    let mut names = Vec::new();
    let mut node = ctx.path_node.as_ref();
    while let Some(current) = node {
        if let async_graphql::QueryPathSegment::Name(name) = current.segment {
            names.push(name);
        }
        node = current.parent;
    }
    names.reverse();
    names.join(".")
}

/// Reads an id of one entity.
pub fn id<T: FromStr>(id: &ID, entity: &str) -> Result<T>
where
    T::Err: Display,
{
    id.parse().map_err(|_| {
        let shown: String = id.chars().take(60).collect();
        bad_input(format!("{shown:?} is not the id of a {entity}: expected {entity}_ and 26 letters or digits"))
    })
}

/// Exactly one of two ways to name a thing.
pub enum IdOrSlug<T> {
    /// By id.
    Id(T),
    /// By slug.
    Slug(String),
}

/// Reads `(id, slug)` of which exactly one must be given.
pub fn id_or_slug<T: FromStr>(given: Option<ID>, slug: Option<String>, entity: &str) -> Result<IdOrSlug<T>>
where
    T::Err: Display,
{
    match (given, slug) {
        (Some(given), None) => id(&given, entity).map(IdOrSlug::Id),
        (None, Some(slug)) => text("slug", slug, 100).map(IdOrSlug::Slug),
        _ => Err(bad_input("give either id or slug")),
    }
}

/// Refuses texts that no store should see: too long, or with the character NUL, which PostgreSQL cannot keep.
pub fn text(argument: &str, text: String, max_chars: usize) -> Result<String> {
    if text.contains('\0') {
        Err(bad_input(format!("{argument} may not hold the character NUL")))
    } else if text.chars().count() > max_chars {
        Err(bad_input(format!("{argument} may have at most {max_chars} characters")))
    } else {
        Ok(text)
    }
}

/// A number of rows from an argument.
pub fn rows(ctx: &Context<'_>, argument: &str, given: Option<i32>, default: u32) -> Result<u32> {
    rows_within(ctx.data::<Limits>()?, argument, given, default)
}

/// The same within these limits.
pub fn rows_within(limits: &Limits, argument: &str, given: Option<i32>, default: u32) -> Result<u32> {
    let most = limits.first;
    match given.map(u32::try_from) {
        None => Ok(default.min(most)),
        Some(Ok(rows)) if (1..=most).contains(&rows) => Ok(rows),
        _ => Err(bad_input(format!("{argument} must be between 1 and {most}"))),
    }
}

/// The four arguments of a Relay connection, in the order in which the specification lists them.
pub struct Paging {
    /// From the start.
    pub first: Option<i32>,
    /// Behind this cursor.
    pub after: Option<String>,
    /// From the end.
    pub last: Option<i32>,
    /// Ahead of this cursor.
    pub before: Option<String>,
}

impl Paging {
    /// The window that the arguments ask for, in the list named `list`, which is sorted by such values.
    pub fn window(self, ctx: &Context<'_>, list: &str, sorted_by: SortKind) -> Result<Window> {
        self.within(ctx.data::<Limits>()?, list, sorted_by, ctx.look_ahead().field("totalCount").exists())
    }

    /// The same within these limits; `total` tells whether the number of all rows is wanted.
    pub fn within(self, limits: &Limits, list: &str, sorted_by: SortKind, total: bool) -> Result<Window> {
        let key = |argument: &str, text: Option<String>| {
            text.map(|text| cursor::decode(list, sorted_by, &text).map_err(|error| bad_input(format!("{argument}: {error}")))).transpose()
        };
        let (end, limit) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(bad_input("give either first or last")),
            (first, None) => (End::First, rows_within(limits, "first", first, DEFAULT_FIRST)?),
            (None, last) => (End::Last, rows_within(limits, "last", last, DEFAULT_FIRST)?),
        };
        Ok(Window { after: key("after", self.after)?, before: key("before", self.before)?, end, limit, total })
    }
}

/// What our connections have beside the Relay fields.
#[derive(SimpleObject)]
pub struct Total {
    /// How many rows the whole list has. Counted only when asked for.
    total_count: Option<i32>,
}

/// A Relay connection whose rows are shared with the loader.
pub type RowConnection<T> = Connection<String, Row<T>, Total, EmptyFields>;

/// Makes the connection of a page in the list named `list`.
pub fn connection<T>(page: &SharedPage<T>, list: &str, key: impl Fn(&T) -> Key) -> RowConnection<T>
where
    Row<T>: OutputType + async_graphql::ObjectType,
{
    let total = Total { total_count: page.total.map(|total| i32::try_from(total).unwrap_or(i32::MAX)) };
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, total);
    let edge = |row: &Row<T>| Edge::new(cursor::encode(list, &key(row)), row.clone());
    connection.edges.extend(page.items.iter().map(edge));
    connection
}

/// How articles below a connection are read.
pub fn reading_of_nodes(ctx: &Context<'_>) -> Reading {
    Reading { detail: detail_of_nodes(ctx), audience: viewer(ctx).of_articles() }
}

/// How articles below this field are read: with their blocks if the selection shows them, by whoever asks.
pub fn reading(ctx: &Context<'_>) -> Reading {
    Reading { detail: detail_of(&ctx.look_ahead()), audience: viewer(ctx).of_articles() }
}

/// Whether the selection below a connection of articles shows their blocks.
pub fn detail_of_nodes(ctx: &Context<'_>) -> Detail {
    let ahead = ctx.look_ahead();
    detail(ahead.field("nodes").field("blocks").exists() || ahead.field("edges").field("node").field("blocks").exists())
}

/// Whether a selection on articles shows their blocks.
pub fn detail_of(ahead: &Lookahead<'_>) -> Detail {
    detail(ahead.field("blocks").exists())
}

/// How much of a product the selection below this field shows.
pub fn detail_of_product(ctx: &Context<'_>) -> Detail {
    let fields = ctx.look_ahead().selection_fields();
    shown_of_product(fields.iter().flat_map(|field| field.selection_set()).map(|field| field.name()))
}

/// How much of a product is read to show these fields of it.
pub fn shown_of_product<'f>(fields: impl Iterator<Item = &'f str>) -> Detail {
    fields.map(needed_by).max().unwrap_or(Detail::Name)
}

/// How much of a product one of its fields needs: those of a mention are made of what [`crate::shop::Product::named`] has.
fn needed_by(field: &str) -> Detail {
    match field {
        "__typename" | "id" | "name" | "category" | "articles" | "views" | "rank" => Detail::Name,
        "price" => Detail::Line,
        DESCRIPTION => Detail::Whole,
        _ => Detail::Summary,
    }
}

/// Whether the selection below a connection of products shows their descriptions.
pub fn detail_of_products(ctx: &Context<'_>) -> Detail {
    let ahead = ctx.look_ahead();
    detail(ahead.field("nodes").field(DESCRIPTION).exists() || ahead.field("edges").field("node").field(DESCRIPTION).exists())
}

/// The field of a product that is most of it.
const DESCRIPTION: &str = "description";

/// How much of an article or a product is read: all, if what is most of it is shown.
pub fn detail(shown: bool) -> Detail {
    if shown { Detail::Whole } else { Detail::Summary }
}
