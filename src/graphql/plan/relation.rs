//! The shapes of relations: one object, a list, an object for each of several keys, a value.

use super::{
    Bail, Run,
    compile::{Asked, Planned},
    json,
    object::{Field, Loaded, Loading, Objects, Relation, Set},
    outline::Step,
};
use crate::{loaders::Question, shop::Viewer};
use std::{future::Future, ops::Range, sync::Arc};

/// What a question is asked by, from the object that asks; `None`: nothing is asked, the answer is null.
pub type Key<T, K> = Box<dyn Fn(&T, &Run<'_>) -> Result<Option<K>, Bail> + Send + Sync>;

/// Writes a value that is the same for every viewer.
pub type WriteValue<V> = Box<dyn Fn(&V, &mut Vec<u8>) + Send + Sync>;

/// Asks a question for each object, all at once. The question is put now, what comes back is waited for later.
pub fn ask<'r, T, Q: Question>(
    key: &Key<T, Q::Key>,
    path: &str,
    run: &'r Run<'r>,
    objects: &[Arc<T>],
) -> impl Future<Output = Result<Vec<Option<Q::Answer>>, Bail>> + Send + use<'r, T, Q> {
    let keys: Result<Vec<Option<Q::Key>>, Bail> = objects.iter().map(|object| key(object, run)).collect();
    let asking = keys.map(|keys| ask_for::<Q>(keys, path, run));
    async move { asking?.await }
}

/// The same for keys that are known already.
pub fn ask_for<'r, Q: Question>(
    keys: Vec<Option<Q::Key>>,
    path: &str,
    run: &'r Run<'r>,
) -> impl Future<Output = Result<Vec<Option<Q::Answer>>, Bail>> + Send + use<'r, Q> {
    let asks: Vec<bool> = keys.iter().map(Option::is_some).collect();
    let answers = run.loads.load_all::<Q>(keys.into_iter().flatten().collect(), path);
    async move {
        let mut answers = answers.await.into_iter();
        let answer = |asks: bool| if asks { answers.next().ok_or(Bail)?.map_err(|_| Bail) } else { Ok(None) };
        asks.into_iter().map(answer).collect()
    }
}

/// One object, or null.
struct One<T, Q: Question, C> {
    key: Key<T, Q::Key>,
    set: Set<C>,
    path: String,
}

/// What relations to one object found.
struct FoundOne<'r, C> {
    places: Vec<Option<usize>>,
    objects: Objects<'r, C>,
}

impl<T: Send + Sync, C: Send + Sync, Q: Question<Answer = Arc<C>>> Relation<T> for One<T, Q, C> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Arc<T>]) -> Loading<'r> {
        let asking = ask::<T, Q>(&self.key, &self.path, run, objects);
        Box::pin(async move {
            let mut found = Vec::new();
            let place = |answer: Option<Arc<C>>| {
                answer.map(|object| {
                    found.push(object);
                    found.len() - 1
                })
            };
            let places = asking.await?.into_iter().map(place).collect();
            Ok(Box::new(FoundOne { places, objects: self.set.load(run, found).await? }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
        self.set.outline(into);
    }
}

impl<C: Send + Sync> Loaded for FoundOne<'_, C> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        match self.places[place] {
            Some(place) => self.objects.write(place, viewer, out),
            None => json::null(out),
        }
    }
}

/// A list, or null where nothing was asked.
struct Many<T, Q: Question, C> {
    key: Key<T, Q::Key>,
    rows: fn(Q::Answer) -> Vec<Arc<C>>,
    set: Set<C>,
    path: String,
}

/// What relations to lists found.
struct FoundMany<'r, C> {
    places: Vec<Option<Range<usize>>>,
    objects: Objects<'r, C>,
}

impl<T: Send + Sync, C: Send + Sync, Q: Question> Relation<T> for Many<T, Q, C> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Arc<T>]) -> Loading<'r> {
        let asking = ask::<T, Q>(&self.key, &self.path, run, objects);
        Box::pin(async move {
            let mut found = Vec::new();
            let place = |answer: Option<Q::Answer>| {
                answer.map(|answer| {
                    let start = found.len();
                    found.extend((self.rows)(answer));
                    start..found.len()
                })
            };
            let places = asking.await?.into_iter().map(place).collect();
            Ok(Box::new(FoundMany { places, objects: self.set.load(run, found).await? }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
        self.set.outline(into);
    }
}

impl<C: Send + Sync> Loaded for FoundMany<'_, C> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        match &self.places[place] {
            Some(range) => json::list(range.clone(), out, |place, out| self.objects.write(place, viewer, out)),
            None => json::null(out),
        }
    }
}

/// A list with an object, or null, for each of several keys of the object that asks.
struct Each<T, Q: Question, C> {
    keys: fn(&T) -> Vec<Q::Key>,
    set: Set<C>,
    path: String,
}

struct FoundEach<'r, C> {
    places: Vec<Vec<Option<usize>>>,
    objects: Objects<'r, C>,
}

impl<T: Send + Sync, C: Send + Sync, Q: Question<Answer = Arc<C>>> Relation<T> for Each<T, Q, C> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Arc<T>]) -> Loading<'r> {
        let keys: Vec<Vec<Q::Key>> = objects.iter().map(|object| (self.keys)(object)).collect();
        let counts: Vec<usize> = keys.iter().map(Vec::len).collect();
        let asking = run.loads.load_all::<Q>(keys.into_iter().flatten().collect(), &self.path);
        Box::pin(async move {
            let mut answers = asking.await.into_iter();
            let mut found = Vec::new();
            let mut place = || {
                let object = answers.next().ok_or(Bail)?.map_err(|_| Bail)?;
                Ok(object.map(|object| {
                    found.push(object);
                    found.len() - 1
                }))
            };
            let places = counts.into_iter().map(|count| (0..count).map(|_| place()).collect()).collect::<Result<_, Bail>>()?;
            Ok(Box::new(FoundEach { places, objects: self.set.load(run, found).await? }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
        self.set.outline(into);
    }
}

impl<C: Send + Sync> Loaded for FoundEach<'_, C> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        json::list(&self.places[place], out, |place, out| match place {
            Some(place) => self.objects.write(*place, viewer, out),
            None => json::null(out),
        });
    }
}

/// A value that is asked for, or null.
struct Value<T, Q: Question> {
    key: Key<T, Q::Key>,
    write: WriteValue<Q::Answer>,
    path: String,
}

struct FoundValues<'r, A> {
    values: Vec<Option<A>>,
    write: &'r (dyn Fn(&A, &mut Vec<u8>) + Send + Sync),
}

impl<T: Send + Sync, Q: Question> Relation<T> for Value<T, Q> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Arc<T>]) -> Loading<'r> {
        let asking = ask::<T, Q>(&self.key, &self.path, run, objects);
        Box::pin(async move { Ok(Box::new(FoundValues { values: asking.await?, write: &*self.write }) as Box<dyn Loaded>) })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
    }
}

impl<A: Send> Loaded for FoundValues<'_, A> {
    fn write(&self, place: usize, _: Viewer, out: &mut Vec<u8>) {
        match &self.values[place] {
            Some(value) => (self.write)(value, out),
            None => json::null(out),
        }
    }
}

/// A field that is in the object.
#[expect(clippy::unnecessary_wraps, reason = "all fields are compiled to what may not be known")]
pub fn leaf<T>(write: impl Fn(&T, &mut Vec<u8>) + Send + Sync + 'static) -> Option<Field<T>> {
    Some(Field::Leaf(Box::new(move |object, _, out| write(object, out))))
}

/// The same, for those who may see it.
#[expect(clippy::unnecessary_wraps, reason = "all fields are compiled to what may not be known")]
pub fn private<T>(
    sees: impl Fn(&T, Viewer) -> bool + Send + Sync + 'static,
    write: impl Fn(&T, &mut Vec<u8>) + Send + Sync + 'static,
) -> Option<Field<T>> {
    let write = move |object: &T, viewer, out: &mut Vec<u8>| if sees(object, viewer) { write(object, out) } else { json::null(out) };
    Some(Field::Leaf(Box::new(write)))
}

/// An object within the object, with fields of its own and no relations.
pub fn within<T, V: Planned>(asked: &Asked<'_, '_>, get: impl Fn(&T) -> Option<V> + Send + Sync + 'static) -> Option<Field<T>> {
    let write = writer::<V>(asked)?;
    leaf(move |object: &T, out| match get(object) {
        Some(value) => write(&value, out),
        None => json::null(out),
    })
}

/// What writes a value that has fields and no relations.
pub fn writer<V: Planned>(asked: &Asked<'_, '_>) -> Option<WriteValue<V>> {
    let leaves = asked.fields(V::NAME, V::field)?.into_iter().map(|(key, field)| match field {
        Field::Leaf(write) => Some((json::key(&key), write)),
        Field::Relation(_) => None,
    });
    let leaves: Vec<_> = leaves.collect::<Option<_>>()?;
    // what is within an object has nothing that is private
    Some(Box::new(move |value, out| json::object(&leaves, out, |write, out| write(value, Viewer::Visitor, out))))
}

impl Asked<'_, '_> {
    /// A relation to one object.
    pub fn one<T, Q, C>(&self, key: impl Fn(&T, &Run<'_>) -> Result<Option<Q::Key>, Bail> + Send + Sync + 'static) -> Option<Field<T>>
    where
        T: Send + Sync + 'static,
        Q: Question<Answer = Arc<C>>,
        C: Planned,
    {
        let one = One::<T, Q, C> { key: Box::new(key), set: self.below()?, path: self.path.clone() };
        Some(Field::Relation(Box::new(one)))
    }

    /// A relation to a list.
    pub fn many<T, Q, C>(
        &self,
        key: impl Fn(&T, &Run<'_>) -> Result<Option<Q::Key>, Bail> + Send + Sync + 'static,
        rows: fn(Q::Answer) -> Vec<Arc<C>>,
    ) -> Option<Field<T>>
    where
        T: Send + Sync + 'static,
        Q: Question,
        C: Planned,
    {
        let many = Many::<T, Q, C> { key: Box::new(key), rows, set: self.below()?, path: self.path.clone() };
        Some(Field::Relation(Box::new(many)))
    }

    /// A relation to an object for each of several keys.
    pub fn each<T, Q, C>(&self, keys: fn(&T) -> Vec<Q::Key>) -> Option<Field<T>>
    where
        T: Send + Sync + 'static,
        Q: Question<Answer = Arc<C>>,
        C: Planned,
    {
        let each = Each::<T, Q, C> { keys, set: self.below()?, path: self.path.clone() };
        Some(Field::Relation(Box::new(each)))
    }

    /// A relation to a value.
    #[expect(clippy::unnecessary_wraps, reason = "all fields are compiled to what may not be known")]
    pub fn value<T, Q: Question>(
        &self,
        key: impl Fn(&T, &Run<'_>) -> Result<Option<Q::Key>, Bail> + Send + Sync + 'static,
        write: impl Fn(&Q::Answer, &mut Vec<u8>) + Send + Sync + 'static,
    ) -> Option<Field<T>>
    where
        T: Send + Sync + 'static,
    {
        let value = Value::<T, Q> { key: Box::new(key), write: Box::new(write), path: self.path.clone() };
        Some(Field::Relation(Box::new(value)))
    }
}
