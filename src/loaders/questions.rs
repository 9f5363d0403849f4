//! The three shapes of questions, so that each question is a few lines.

use super::{ByKey, Row, Rows};
use crate::{
    roles,
    shop::{Page, Window},
};
use foldhash::fast::RandomState;
use futures::future::join_all;
use std::{future::Future, hash::Hash, ops::Range, sync::Arc};

/// A page whose rows are shared between the loader and the answer.
pub type SharedPage<T> = Arc<Page<Row<T>>>;

/// Shares a page's rows.
pub fn shared<T>(page: Page<T>) -> SharedPage<T> {
    let Page { items, has_previous, has_next, total } = page;
    Arc::new(Page { items: Row::each(items).collect(), has_previous, has_next, total })
}

/// So few keys are found faster by looking at all of them than by a map.
const FEW: usize = 8;

/// What was found in the order of the keys it was found by; `None` where nothing was.
pub fn in_order<K: Eq + Hash, V>(keys: &[K], found: impl IntoIterator<Item = (K, V)>) -> Vec<Option<V>> {
    let mut answers = Vec::with_capacity(keys.len());
    answers.resize_with(keys.len(), || None);
    if keys.len() <= FEW {
        for (key, value) in found {
            if let Some(place) = keys.iter().position(|asked| *asked == key) {
                answers[place] = Some(value);
            }
        }
        return answers;
    }
    let places = places(keys);
    for (key, value) in found {
        if let Some(place) = places.get(&key) {
            answers[*place] = Some(value);
        }
    }
    answers
}

/// Where each key stands.
fn places<K: Eq + Hash>(keys: &[K]) -> ByKey<&K, usize> {
    let mut places = ByKey::with_capacity_and_hasher(keys.len(), RandomState::default());
    places.extend(keys.iter().zip(0..));
    places
}

/// Each key once, and where each of those given is among them.
pub fn each_once<K: Clone + Eq + Hash>(keys: impl IntoIterator<Item = K>) -> (Vec<K>, Vec<usize>) {
    let (mut known, mut once) = (ByKey::default(), Vec::new());
    let place = |key: K| {
        *known.entry(key).or_insert_with_key(|key: &K| {
            once.push(key.clone());
            once.len() - 1
        })
    };
    let places = keys.into_iter().map(place).collect();
    (once, places)
}

/// Asks keys `(parent, arguments)`, one call for all parents with the same arguments, all calls at once. Each call answers in the order of
/// its parents. A call's error is that of its own keys.
pub async fn by_arguments<P, A, V, F>(keys: Vec<(P, A)>, ask: impl Fn(A, Vec<P>) -> F) -> Vec<roles::Result<Option<V>>>
where
    A: Eq,
    F: Future<Output = roles::Result<Vec<Option<V>>>>,
{
    // in the order in which they were asked: the order of calls must not vary
    let mut groups: Vec<(A, Vec<P>)> = Vec::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let count = keys.len();
    for (place, (parent, arguments)) in keys.into_iter().enumerate() {
        let group = groups.iter().position(|(known, _)| *known == arguments).unwrap_or_else(|| {
            groups.push((arguments, Vec::with_capacity(count - place)));
            members.push(Vec::with_capacity(count - place));
            groups.len() - 1
        });
        groups[group].1.push(parent);
        members[group].push(place);
    }
    let calls = join_all(groups.into_iter().map(|(arguments, parents)| ask(arguments, parents))).await;
    let mut answers = Vec::with_capacity(count);
    answers.resize_with(count, || Ok(None));
    for (members, outcome) in members.into_iter().zip(calls) {
        match outcome {
            Ok(found) => members.into_iter().zip(found).for_each(|(place, answer)| answers[place] = Ok(answer)),
            Err(error) => members.into_iter().for_each(|place| answers[place] = Err(error.clone())),
        }
    }
    answers
}

/// The lists of these keys: the rows of each in the store's order, none where there is no row.
pub fn lists<K: Eq + Hash, T>(keys: &[K], mut rows: Vec<T>, key_of: impl Fn(&T) -> Option<K>) -> Vec<Rows<T>> {
    let asked = places(keys);
    let place = |row: &T| key_of(row).and_then(|key| asked.get(&key).copied());
    if let Some(runs) = runs(&rows, &key_of, place, keys.len()) {
        let all = Rows::all(rows);
        return runs.into_iter().map(|run| all.part(run)).collect();
    }
    // rows of different keys are mixed
    rows.sort_by_cached_key(place);
    let places: Vec<Option<usize>> = rows.iter().map(place).collect();
    let all = Rows::all(rows);
    let end_of = |place| places.partition_point(|found| *found <= place);
    let list = |key: usize| all.part(end_of(key.checked_sub(1))..end_of(Some(key)));
    (0..keys.len()).map(list).collect()
}

/// Which of the rows belong to each key, if those of a key follow one another, as in most answers.
fn runs<K: Eq, T>(
    rows: &[T],
    key_of: impl Fn(&T) -> Option<K>,
    place: impl Fn(&T) -> Option<usize>,
    keys: usize,
) -> Option<Vec<Range<usize>>> {
    let (mut runs, mut begin) = (vec![0..0; keys], 0);
    for run in rows.chunk_by(|one, next| key_of(one) == key_of(next)) {
        let end = begin + run.len();
        if let Some(place) = place(&run[0]) {
            if !runs[place].is_empty() {
                return None;
            }
            runs[place] = begin..end;
        }
        begin = end;
    }
    Some(runs)
}

/// The answer of a paged-children call: parents that the store left out have an empty page.
pub fn pages<P: Eq + Hash, T>(parents: &[P], found: Vec<(P, Page<T>)>, window: &Window) -> Vec<Option<SharedPage<T>>> {
    let page = |page: Option<Page<T>>| Some(shared(page.unwrap_or_else(|| Page::empty(window))));
    in_order(parents, found).into_iter().map(page).collect()
}

/// `rows_by_key!(Name, Key => Row, role.method by "key", |row| key)`: one row a key.
macro_rules! rows_by_key {
    ($(#[$doc:meta])* $name:ident, $key:ty => $row:ty, $role:ident.$method:ident by $by:literal, |$found:ident| $row_key:expr) => {
        $(#[$doc])*
        pub struct $name;

        #[async_trait::async_trait]
        impl $crate::loaders::Question for $name {
            type Key = $key;
            type Answer = $crate::loaders::Row<$row>;
            type Lane = ();
            const ASKS: $crate::loaders::Asks = $crate::loaders::Asks::$role(stringify!($method)).by($by);

            fn lane(_: &$key) {}

            async fn ask(stores: &$crate::stores::Stores, keys: Vec<$key>) -> $crate::roles::Result<$crate::loaders::Answers<Self>> {
                let rows = stores.$role.$method(&keys).await?;
                let rows = $crate::loaders::Row::each(rows).map(|$found| ($row_key, $found));
                Ok($crate::loaders::questions::in_order(&keys, rows).into_iter().map(Ok).collect())
            }
        }
    };
}

/// `lists_by_key!(Name, Key => Row, role.method by "key", |row| key)`: a list a key, in the store's order; every key has one.
macro_rules! lists_by_key {
    ($(#[$doc:meta])* $name:ident, $key:ty => $row:ty, $role:ident.$method:ident by $by:literal, |$found:ident| $row_key:expr) => {
        $(#[$doc])*
        pub struct $name;

        #[async_trait::async_trait]
        impl $crate::loaders::Question for $name {
            type Key = $key;
            type Answer = $crate::loaders::Rows<$row>;
            type Lane = ();
            const ASKS: $crate::loaders::Asks = $crate::loaders::Asks::$role(stringify!($method)).by($by);

            fn lane(_: &$key) {}

            async fn ask(stores: &$crate::stores::Stores, keys: Vec<$key>) -> $crate::roles::Result<$crate::loaders::Answers<Self>> {
                let rows = stores.$role.$method(&keys).await?;
                let lists = $crate::loaders::questions::lists(&keys, rows, |$found| -> Option<$key> { $row_key });
                Ok(lists.into_iter().map(|list| Ok(Some(list))).collect())
            }
        }
    };
}

/// `pages_by_parent!(Name, Parent => Row, role.method by "key")`: one page a parent; with `, Detail` or `, Reading`, the window is followed by how the rows are read.
macro_rules! pages_by_parent {
    ($(#[$doc:meta])* $name:ident, $parent:ty => $row:ty, $role:ident.$method:ident by $by:literal $(, $detail:ident)?) => {
        $(#[$doc])*
        pub struct $name;

        #[async_trait::async_trait]
        impl $crate::loaders::Question for $name {
            type Key = ($parent, ($crate::shop::Window, $($detail)?));
            type Answer = $crate::loaders::SharedPage<$row>;
            type Lane = ($crate::shop::Window, $($detail)?);
            const ASKS: $crate::loaders::Asks = $crate::loaders::Asks::$role(stringify!($method)).by($by);

            fn lane(key: &Self::Key) -> Self::Lane {
                key.1.clone()
            }

            async fn ask(stores: &$crate::stores::Stores, keys: Vec<Self::Key>) -> $crate::roles::Result<$crate::loaders::Answers<Self>> {
                let ask = |arguments: ($crate::shop::Window, $($detail)?), parents: Vec<$parent>| async move {
                    let found = pages_by_parent!(@call stores.$role.$method, &parents, arguments $(, $detail)?).await?;
                    Ok($crate::loaders::questions::pages(&parents, found, &arguments.0))
                };
                Ok($crate::loaders::questions::by_arguments(keys, ask).await)
            }
        }
    };
    (@call $stores:ident.$role:ident.$method:ident, $parents:expr, $arguments:ident) => { $stores.$role.$method($parents, &$arguments.0) };
    (@call $stores:ident.$role:ident.$method:ident, $parents:expr, $arguments:ident, Reading) => { $stores.$role.$method($parents, &$arguments.0, $arguments.1.detail, $arguments.1.audience) };
    (@call $stores:ident.$role:ident.$method:ident, $parents:expr, $arguments:ident, $detail:ident) => { $stores.$role.$method($parents, &$arguments.0, $arguments.1) };
}

/// `asked_singly!(Name, Key => Answer, role.method, |stores, key| call)`: questions that no store answers for several keys at once: a request
/// seldom has two, and they run at the same time.
macro_rules! asked_singly {
    ($(#[$doc:meta])* $name:ident, $key:ty => $answer:ty, $role:ident.$method:ident, |$stores:ident, $asked:ident| $call:expr) => {
        $(#[$doc])*
        pub struct $name;

        #[async_trait::async_trait]
        impl $crate::loaders::Question for $name {
            type Key = $key;
            type Answer = $answer;
            type Lane = $key;
            const ASKS: $crate::loaders::Asks = $crate::loaders::Asks::$role(stringify!($method));

            fn lane(key: &$key) -> $key {
                Clone::clone(key)
            }

            async fn ask($stores: &$crate::stores::Stores, keys: Vec<$key>) -> $crate::roles::Result<$crate::loaders::Answers<Self>> {
                let each = keys.into_iter().map(|$asked| async move { Ok::<Option<$answer>, $crate::error::StoreError>(Some($call)) });
                Ok(futures::future::join_all(each).await)
            }
        }
    };
}
