//! A selection on objects of one type: what it is compiled to, how it is loaded for many objects at once, how it is written.

use super::{
    Bail, Run,
    json::{self, Keyed},
    outline::Step,
};
use crate::{loaders::Row, shop::Viewer};
use futures::future::{BoxFuture, try_join_all};

/// Writes a field that needs nothing but its object.
pub type Write<T> = Box<dyn Fn(&T, Viewer, &mut Vec<u8>) + Send + Sync>;

/// A compiled field.
pub enum Field<T> {
    /// It is in the object.
    Leaf(Write<T>),
    /// It leads to something else.
    Relation(Box<dyn Relation<T>>),
}

/// Where a field is found when it is written.
enum Place<T> {
    Leaf(Write<T>),
    Relation(usize),
}

/// A compiled selection.
pub struct Set<T> {
    fields: Keyed<Place<T>>,
    relations: Vec<Box<dyn Relation<T>>>,
}

/// A field that leads to something else.
pub trait Relation<T>: Send + Sync {
    /// Asks for what belongs to all these objects; the question is put before this returns.
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Row<T>]) -> Loading<'r>;

    /// Tells which questions it puts, and which ones follow.
    fn outline(&self, into: &mut Vec<Step>);
}

/// An answer under way.
pub type Loading<'r> = BoxFuture<'r, Result<Box<dyn Loaded + 'r>, Bail>>;

/// What a relation found.
pub trait Loaded: Send {
    /// Writes what belongs to the object of this place. `out` is the same for all that one run writes.
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>);
}

impl<T> Set<T> {
    /// Of fields under their keys, in the order of the answer.
    pub fn new(fields: impl IntoIterator<Item = (String, Field<T>)>) -> Self {
        let mut relations = Vec::new();
        let place = |(key, field): (String, Field<T>)| {
            let place = match field {
                Field::Leaf(write) => Place::Leaf(write),
                Field::Relation(relation) => {
                    relations.push(relation);
                    Place::Relation(relations.len() - 1)
                }
            };
            (key, place)
        };
        let fields = json::keyed(fields.into_iter().map(place));
        Self { fields, relations }
    }

    /// Loads what belongs to these objects, all relations side by side.
    pub async fn load<'r>(&'r self, run: &'r Run<'r>, objects: Vec<Row<T>>) -> Result<Objects<'r, T>, Bail> {
        self.begin(run, objects).await
    }

    /// The same; the questions are put before this returns.
    pub fn begin<'r>(&'r self, run: &'r Run<'r>, objects: Vec<Row<T>>) -> impl Future<Output = Result<Objects<'r, T>, Bail>> + use<'r, T> {
        let loading: Vec<_> = self.relations.iter().map(|relation| relation.load(run, &objects)).collect();
        async move { Ok(Objects { set: self, loaded: try_join_all(loading).await?, objects }) }
    }

    /// Tells which questions are put for its objects.
    pub fn outline(&self, into: &mut Vec<Step>) {
        self.relations.iter().for_each(|relation| relation.outline(into));
    }

    /// Writes an object that nothing was loaded for: none of its fields is a relation.
    pub fn write_leaves(&self, object: &T, viewer: Viewer, out: &mut Vec<u8>) {
        json::object(&self.fields, out, |field, out| match field {
            Place::Leaf(write) => write(object, viewer, out),
            Place::Relation(_) => json::null(out),
        });
    }
}

/// Objects with all that was selected on them.
pub struct Objects<'r, T> {
    set: &'r Set<T>,
    objects: Vec<Row<T>>,
    loaded: Vec<Box<dyn Loaded + 'r>>,
}

impl<T> Objects<'_, T> {
    /// Writes the object of this place.
    pub fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        json::object(&self.set.fields, out, |field, out| match field {
            Place::Leaf(write) => write(&self.objects[place], viewer, out),
            Place::Relation(relation) => self.loaded[*relation].write(place, viewer, out),
        });
    }
}
