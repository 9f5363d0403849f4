//! The shapes of relations: one object, a list, an object for each of several keys, a value.

use super::{
    Bail, Run,
    compile::{Asked, Planned},
    json,
    object::{Field, Loaded, Loading, Objects, Relation, Set},
    outline::Step,
};
use crate::{
    loaders::{Found, Question, Row},
    shop::Viewer,
};
use std::{cell::RefCell, future::Future, ops::Range};

/// What a question is asked by, from the object that asks; `None`: nothing is asked, the answer is null.
pub type Key<T, K> = Box<dyn Fn(&T, &Run<'_>) -> Result<Option<K>, Bail> + Send + Sync>;

/// Writes a value that is the same for every viewer.
pub type WriteValue<V> = Box<dyn Fn(&V, &mut Vec<u8>) + Send + Sync>;

/// What objects asked for.
pub struct Answers<A> {
    /// For each object where its answer is; `None` where nothing was asked, or the stores know nothing.
    pub places: Vec<Option<usize>>,
    /// Each answer once, however many objects asked for it.
    pub answers: Vec<A>,
}

/// Asks a question for each object, all at once. The question is put now, what comes back is waited for later.
pub fn ask<'r, T, Q: Question>(
    key: &Key<T, Q::Key>,
    path: &str,
    run: &'r Run<'r>,
    objects: &[Row<T>],
) -> impl Future<Output = Result<Answers<Q::Answer>, Bail>> + Send + use<'r, T, Q> {
    let keys: Result<Vec<Option<Q::Key>>, Bail> = objects.iter().map(|object| key(object, run)).collect();
    let asking = keys.map(|keys| ask_for::<Q>(keys, path, run));
    async move { asking?.await }
}

/// The same for keys that are known already.
pub fn ask_for<'r, Q: Question>(
    keys: Vec<Option<Q::Key>>,
    path: &str,
    run: &'r Run<'r>,
) -> impl Future<Output = Result<Answers<Q::Answer>, Bail>> + Send + use<'r, Q> {
    let asks: Vec<bool> = keys.iter().map(Option::is_some).collect();
    let asking = run.loads.load_all::<Q>(keys.into_iter().flatten().collect(), path);
    async move {
        let Found { places, answers } = asking.await;
        let mut found = Vec::with_capacity(answers.len());
        let known: Vec<Option<usize>> = answers
            .into_iter()
            .map(|outcome| {
                let answer = outcome.map_err(|_| Bail)?;
                Ok(answer.map(|answer| {
                    found.push(answer);
                    found.len() - 1
                }))
            })
            .collect::<Result<_, Bail>>()?;
        let mut places = places.into_iter();
        let places = asks.into_iter().map(|asks| if asks { known[places.next()?] } else { None }).collect();
        Ok(Answers { places, answers: found })
    }
}

/// Objects that may be shown in several places, which is written but once: the bytes are copied after that.
struct Shared<'r, C> {
    objects: Objects<'r, C>,
    /// Where each of them was written.
    written: RefCell<Vec<Range<usize>>>,
}

impl<'r, C> Shared<'r, C> {
    fn new(objects: Objects<'r, C>, count: usize) -> Self {
        Self { objects, written: RefCell::new(vec![0..0; count]) }
    }

    fn write(&self, place: Option<usize>, viewer: Viewer, out: &mut Vec<u8>) {
        let Some(place) = place else { return json::null(out) };
        let before = self.written.borrow()[place].clone();
        if !before.is_empty() {
            return out.extend_from_within(before);
        }
        let begin = out.len();
        self.objects.write(place, viewer, out);
        self.written.borrow_mut()[place] = begin..out.len();
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
    shared: Shared<'r, C>,
}

impl<T: Send + Sync, C: Send + Sync, Q: Question<Answer = Row<C>>> Relation<T> for One<T, Q, C> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Row<T>]) -> Loading<'r> {
        let asking = ask::<T, Q>(&self.key, &self.path, run, objects);
        Box::pin(async move {
            let Answers { places, answers } = asking.await?;
            let count = answers.len();
            let shared = Shared::new(self.set.load(run, answers).await?, count);
            Ok(Box::new(FoundOne { places, shared }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
        self.set.outline(into);
    }
}

impl<C: Send + Sync> Loaded for FoundOne<'_, C> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        self.shared.write(self.places[place], viewer, out);
    }
}

/// A list, or null where nothing was asked.
struct Many<T, Q: Question, C> {
    key: Key<T, Q::Key>,
    rows: fn(Q::Answer, &mut Vec<Row<C>>),
    set: Set<C>,
    path: String,
}

/// What relations to lists found.
struct FoundMany<'r, C> {
    places: Vec<Option<usize>>,
    /// Which of the objects are in each list.
    lists: Vec<Range<usize>>,
    objects: Objects<'r, C>,
}

impl<T: Send + Sync, C: Send + Sync, Q: Question> Relation<T> for Many<T, Q, C> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Row<T>]) -> Loading<'r> {
        let asking = ask::<T, Q>(&self.key, &self.path, run, objects);
        Box::pin(async move {
            let Answers { places, answers } = asking.await?;
            let mut found = Vec::new();
            let list = |answer| {
                let start = found.len();
                (self.rows)(answer, &mut found);
                start..found.len()
            };
            let lists = answers.into_iter().map(list).collect();
            Ok(Box::new(FoundMany { places, lists, objects: self.set.load(run, found).await? }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
        self.set.outline(into);
    }
}

impl<C: Send + Sync> Loaded for FoundMany<'_, C> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        match self.places[place] {
            Some(list) => json::list(self.lists[list].clone(), out, |place, out| self.objects.write(place, viewer, out)),
            None => json::null(out),
        }
    }
}

/// Adds all keys that an object asks a question by.
type Keys<T, K> = Box<dyn Fn(&T, &mut Vec<Option<K>>) + Send + Sync>;

/// A list with an object, or null, for each of several keys of the object that asks.
struct Each<T, Q: Question, C> {
    keys: Keys<T, Q::Key>,
    set: Set<C>,
    path: String,
}

struct FoundEach<'r, C> {
    /// Which of the places belong to each object.
    lists: Vec<Range<usize>>,
    places: Vec<Option<usize>>,
    shared: Shared<'r, C>,
}

impl<T: Send + Sync, C: Send + Sync, Q: Question<Answer = Row<C>>> Relation<T> for Each<T, Q, C> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Row<T>]) -> Loading<'r> {
        let mut keys = Vec::new();
        let list = |object: &Row<T>| {
            let start = keys.len();
            (self.keys)(object, &mut keys);
            start..keys.len()
        };
        let lists = objects.iter().map(list).collect();
        let asking = ask_for::<Q>(keys, &self.path, run);
        Box::pin(async move {
            let Answers { places, answers } = asking.await?;
            let count = answers.len();
            let shared = Shared::new(self.set.load(run, answers).await?, count);
            Ok(Box::new(FoundEach { lists, places, shared }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
        self.set.outline(into);
    }
}

impl<C: Send + Sync> Loaded for FoundEach<'_, C> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        let places = &self.places[self.lists[place].clone()];
        json::list(places, out, |place, out| self.shared.write(*place, viewer, out));
    }
}

/// A value that is asked for, or null.
struct Value<T, Q: Question> {
    key: Key<T, Q::Key>,
    write: WriteValue<Q::Answer>,
    path: String,
}

struct FoundValues<'r, A> {
    found: Answers<A>,
    write: &'r (dyn Fn(&A, &mut Vec<u8>) + Send + Sync),
}

impl<T: Send + Sync, Q: Question> Relation<T> for Value<T, Q> {
    fn load<'r>(&'r self, run: &'r Run<'r>, objects: &[Row<T>]) -> Loading<'r> {
        let asking = ask::<T, Q>(&self.key, &self.path, run, objects);
        Box::pin(async move { Ok(Box::new(FoundValues { found: asking.await?, write: &*self.write }) as Box<dyn Loaded>) })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.push(Step::at(&self.path, Q::ASKS));
    }
}

impl<A: Send> Loaded for FoundValues<'_, A> {
    fn write(&self, place: usize, _: Viewer, out: &mut Vec<u8>) {
        match self.found.places[place] {
            Some(value) => (self.write)(&self.found.answers[value], out),
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
        Field::Leaf(write) => Some((key, write)),
        Field::Relation(_) => None,
    });
    let leaves = json::keyed(leaves.collect::<Option<Vec<_>>>()?);
    // what is within an object has nothing that is private
    Some(Box::new(move |value, out| json::object(&leaves, out, |write, out| write(value, Viewer::Visitor, out))))
}

impl Asked<'_, '_> {
    /// A relation to one object.
    pub fn one<T, Q, C>(&self, key: impl Fn(&T, &Run<'_>) -> Result<Option<Q::Key>, Bail> + Send + Sync + 'static) -> Option<Field<T>>
    where
        T: Send + Sync + 'static,
        Q: Question<Answer = Row<C>>,
        C: Planned,
    {
        let one = One::<T, Q, C> { key: Box::new(key), set: self.below()?, path: self.path.clone() };
        Some(Field::Relation(Box::new(one)))
    }

    /// A relation to a list.
    pub fn many<T, Q, C>(
        &self,
        key: impl Fn(&T, &Run<'_>) -> Result<Option<Q::Key>, Bail> + Send + Sync + 'static,
        rows: fn(Q::Answer, &mut Vec<Row<C>>),
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
    pub fn each<T, Q, C>(&self, keys: impl Fn(&T, &mut Vec<Option<Q::Key>>) + Send + Sync + 'static) -> Option<Field<T>>
    where
        T: Send + Sync + 'static,
        Q: Question<Answer = Row<C>>,
        C: Planned,
    {
        let each = Each::<T, Q, C> { keys: Box::new(keys), set: self.below()?, path: self.path.clone() };
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
