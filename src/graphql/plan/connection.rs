//! Connections: `nodes`, `edges`, `pageInfo` and `totalCount` of a page, for many parents at once.

use super::{
    Bail, Run,
    args::Args,
    compile::{Asked, Planned},
    json::{self, Keyed},
    object::{Field, Loaded, Loading, Objects, Relation, Set},
    outline::Step,
    relation::{Answers, ask_for},
};
use crate::{
    loaders::{Question, Row, SharedPage},
    shop::{self, SortKind, Viewer, Window, cursor},
};

/// How the lists of a relation are named in cursors, and sorted. Which list it is may depend on the arguments.
pub struct Listed<C> {
    /// The list's name.
    pub name: String,
    /// What it is sorted by.
    pub sorted_by: SortKind,
    /// A row's place in it.
    pub key: Box<dyn Fn(&C) -> shop::Key + Send + Sync>,
}

impl<C> Listed<C> {
    /// A list that is the same for all parents and arguments.
    pub fn child(name: &str, sorted_by: SortKind, key: fn(&C) -> shop::Key) -> Self
    where
        C: 'static,
    {
        Self { name: name.to_owned(), sorted_by, key: Box::new(key) }
    }

    /// A list that stands for itself.
    pub fn root(name: String, sorted_by: SortKind, key: impl Fn(&C) -> shop::Key + Send + Sync + 'static) -> Self {
        Self { name, sorted_by, key: Box::new(key) }
    }
}

/// Finds out which list it is.
pub type List<C> = Box<dyn Fn(&Args, &Run<'_>) -> Result<Listed<C>, Bail> + Send + Sync>;

/// What a page is asked for by: the object that asks, the arguments and the window that they ask for; `None`: null.
pub type PageKey<T, K> = Box<dyn Fn(&T, &Run<'_>, &Args, Window) -> Result<Option<K>, Bail> + Send + Sync>;

/// A field of a connection.
enum Part<C> {
    Nodes(Set<C>),
    Edges(Keyed<Edge>, Set<C>),
    PageInfo(Keyed<Info>),
    TotalCount,
    TypeName(String),
}

/// A field of an edge.
enum Edge {
    Cursor,
    Node,
    TypeName(String),
}

/// A field of `PageInfo`.
enum Info {
    HasPrevious,
    HasNext,
    Start,
    End,
    TypeName,
}

/// A relation to the pages of a list.
struct Pages<T, Q: Question, C> {
    args: Args,
    list: List<C>,
    key: PageKey<T, Q::Key>,
    parts: Keyed<Part<C>>,
    /// Whether the number of all rows is selected.
    total: bool,
    path: String,
}

/// A page, and where its rows begin among those of all pages.
struct Found<C> {
    page: SharedPage<C>,
    begin: usize,
}

/// What relations to pages found.
struct FoundPages<'r, C> {
    parts: &'r [(Box<[u8]>, Part<C>)],
    listed: Listed<C>,
    places: Vec<Option<usize>>,
    pages: Vec<Found<C>>,
    /// The rows of all pages, once for each part that shows them.
    rows: Vec<Option<Objects<'r, C>>>,
}

impl<T, C, Q> Relation<T> for Pages<T, Q, C>
where
    T: Send + Sync + 'static,
    C: Planned,
    Q: Question<Answer = SharedPage<C>>,
{
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Row<T>]) -> Loading<'r> {
        let asking = (self.list)(&self.args, run).and_then(|listed| {
            let window = self.args.window(run, &listed.name, listed.sorted_by, self.total)?;
            let key = |object: &T, run: &Run<'_>| (self.key)(object, run, &self.args, window.clone());
            let keys: Vec<Option<Q::Key>> = objects.iter().map(|object| key(object, run)).collect::<Result<_, _>>()?;
            Ok((listed, keys))
        });
        let asking = asking.map(|(listed, keys)| (listed, ask_for::<Q>(keys, &self.path, run)));
        Box::pin(async move {
            let (listed, asking) = asking?;
            let Answers { places, answers } = asking.await?;
            let mut count = 0;
            let found = |page: SharedPage<C>| {
                let begin = count;
                count += page.items.len();
                Found { page, begin }
            };
            let pages: Vec<Found<C>> = answers.into_iter().map(found).collect();
            let all = || pages.iter().flat_map(|found| found.page.items.iter().cloned()).collect::<Vec<_>>();
            let loading = self.parts.iter().map(|(_, part)| async {
                Ok(match part {
                    Part::Nodes(set) | Part::Edges(_, set) => Some(set.load(run, all()).await?),
                    _ => None,
                })
            });
            let rows = futures::future::try_join_all(loading).await?;
            Ok(Box::new(FoundPages { parts: &self.parts, listed, places, pages, rows }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
        for (_, part) in &self.parts {
            if let Part::Nodes(set) | Part::Edges(_, set) = part {
                set.outline(into);
            }
        }
    }
}

impl<C: Planned> Loaded for FoundPages<'_, C> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        let Some(place) = self.places[place] else { return json::null(out) };
        let Found { page, begin } = &self.pages[place];
        let cursor = |row: Option<&Row<C>>, out: &mut Vec<u8>| match row {
            Some(row) => json::quoted(&cursor::encode(&self.listed.name, &(self.listed.key)(row)), out),
            None => json::null(out),
        };
        let mut rows = self.rows.iter();
        json::object(self.parts, out, |part, out| {
            let objects = rows.next().and_then(Option::as_ref);
            match (part, objects) {
                (Part::Nodes(_), Some(objects)) => {
                    json::list(0..page.items.len(), out, |place, out| objects.write(begin + place, viewer, out));
                }
                (Part::Edges(fields, _), Some(objects)) => json::list(page.items.iter().enumerate(), out, |(place, row), out| {
                    json::object(fields, out, |field, out| match field {
                        Edge::Cursor => cursor(Some(row), out),
                        Edge::Node => objects.write(begin + place, viewer, out),
                        Edge::TypeName(name) => json::quoted(name, out),
                    });
                }),
                (Part::PageInfo(fields), _) => json::object(fields, out, |field, out| match field {
                    Info::HasPrevious => json::bare(page.has_previous, out),
                    Info::HasNext => json::bare(page.has_next, out),
                    Info::Start => cursor(page.items.first(), out),
                    Info::End => cursor(page.items.last(), out),
                    Info::TypeName => json::quoted("PageInfo", out),
                }),
                (Part::TotalCount, _) => match page.total {
                    Some(total) => json::int(total, out),
                    None => json::null(out),
                },
                (Part::TypeName(name), _) => json::quoted(name, out),
                (Part::Nodes(_) | Part::Edges(..), None) => json::null(out),
            }
        });
    }
}

impl Asked<'_, '_> {
    /// A relation to the pages of a list.
    pub fn page<T, Q, C>(
        &self,
        list: impl Fn(&Args, &Run<'_>) -> Result<Listed<C>, Bail> + Send + Sync + 'static,
        key: impl Fn(&T, &Run<'_>, &Args, Window) -> Result<Option<Q::Key>, Bail> + Send + Sync + 'static,
    ) -> Option<Field<T>>
    where
        T: Send + Sync + 'static,
        Q: Question<Answer = SharedPage<C>>,
        C: Planned,
    {
        let connection = format!("{}Connection", C::NAME);
        let collected = self.compiler.parts(self, &connection)?;
        let mut parts = Vec::new();
        for (key, asked) in collected {
            let part = match asked.name {
                "nodes" => Part::Nodes(asked.below()?),
                "edges" => edges(&asked)?,
                "pageInfo" => Part::PageInfo(page_info(&asked)?),
                "totalCount" => Part::TotalCount,
                "__typename" => Part::TypeName(connection.clone()),
                _ => return None,
            };
            parts.push((key, part));
        }
        let total = parts.iter().any(|(_, part)| matches!(part, Part::TotalCount));
        let (list, key, parts) = (Box::new(list), Box::new(key), json::keyed(parts));
        let pages = Pages::<T, Q, C> { args: self.args(), list, key, parts, total, path: self.path.clone() };
        Some(Field::Relation(Box::new(pages)))
    }
}

fn edges<C: Planned>(asked: &Asked<'_, '_>) -> Option<Part<C>> {
    let edge = format!("{}Edge", C::NAME);
    let (mut fields, mut nodes) = (Vec::new(), Vec::new());
    for (key, asked) in asked.compiler.parts(asked, &edge)? {
        let field = match asked.name {
            "cursor" => Edge::Cursor,
            "node" => {
                nodes.push(asked.below()?);
                Edge::Node
            }
            "__typename" => Edge::TypeName(edge.clone()),
            _ => return None,
        };
        fields.push((key, field));
    }
    // a node under two keys has two selections
    let node = if nodes.len() > 1 { None } else { Some(nodes.pop().unwrap_or_else(|| Set::new([]))) };
    Some(Part::Edges(json::keyed(fields), node?))
}

fn page_info<'d>(asked: &Asked<'_, 'd>) -> Option<Keyed<Info>> {
    let field = |(key, asked): (&'d str, Asked<'_, 'd>)| {
        let info = match asked.name {
            "hasPreviousPage" => Info::HasPrevious,
            "hasNextPage" => Info::HasNext,
            "startCursor" => Info::Start,
            "endCursor" => Info::End,
            "__typename" => Info::TypeName,
            _ => return None,
        };
        Some((key, info))
    };
    let fields = asked.compiler.parts(asked, "PageInfo")?.into_iter().map(field);
    Some(json::keyed(fields.collect::<Option<Vec<_>>>()?))
}
