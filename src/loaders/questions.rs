//! The three shapes of questions, so that each question is a few lines.

use super::ByKey;
use crate::{
    roles,
    shop::{Page, Window},
};
use futures::future::join_all;
use std::{future::Future, hash::Hash, sync::Arc};

/// A page whose rows are shared between the loader and the answer.
pub type SharedPage<T> = Arc<Page<Arc<T>>>;

/// A list that is shared between the loader and the answer, as its rows are.
pub type SharedList<T> = Arc<Vec<Arc<T>>>;

/// Shares a page's rows.
pub fn shared<T>(page: Page<T>) -> SharedPage<T> {
    let Page { items, has_previous, has_next, total } = page;
    Arc::new(Page { items: items.into_iter().map(Arc::new).collect(), has_previous, has_next, total })
}

/// Asks keys `(parent, arguments)`, one call for all parents with the same arguments, all calls at once. A call's error is that of
/// its own keys.
pub async fn by_arguments<P, A, V, F>(keys: Vec<(P, A)>, ask: impl Fn(A, Vec<P>) -> F) -> ByKey<(P, A), roles::Result<V>>
where
    P: Clone + Eq + Hash,
    A: Clone + Eq + Hash,
    F: Future<Output = roles::Result<ByKey<(P, A), V>>>,
{
    // in the order in which they were asked: the order of calls must not vary
    let mut groups: Vec<(A, Vec<P>)> = Vec::new();
    for (parent, arguments) in keys {
        match groups.iter_mut().find(|(known, _)| *known == arguments) {
            Some((_, parents)) => parents.push(parent),
            None => groups.push((arguments, vec![parent])),
        }
    }
    let calls = groups.into_iter().map(|(arguments, parents)| {
        let call = ask(arguments.clone(), parents.clone());
        async move {
            match call.await {
                Ok(found) => found.into_iter().map(|(key, value)| (key, Ok(value))).collect(),
                Err(error) => parents.into_iter().map(|parent| ((parent, arguments.clone()), Err(error.clone()))).collect::<Vec<_>>(),
            }
        }
    });
    join_all(calls).await.into_iter().flatten().collect()
}

/// The answer of a paged-children call: parents that the store left out have an empty page.
pub fn pages<P: Eq + Hash + Copy, T, A: Clone + Eq + Hash>(
    parents: Vec<P>,
    found: Vec<(P, Page<T>)>,
    arguments: &A,
    window: &Window,
) -> ByKey<(P, A), SharedPage<T>> {
    let mut found: ByKey<P, Page<T>> = found.into_iter().collect();
    let page = |parent| {
        let page = found.remove(&parent).unwrap_or_else(|| Page::empty(window));
        ((parent, arguments.clone()), shared(page))
    };
    parents.into_iter().map(page).collect()
}

/// `rows_by_key!(Name, Key => Row, role.method by "key", |row| key)`: one row a key.
macro_rules! rows_by_key {
    ($(#[$doc:meta])* $name:ident, $key:ty => $row:ty, $role:ident.$method:ident by $by:literal, |$found:ident| $row_key:expr) => {
        $(#[$doc])*
        pub struct $name;

        #[async_trait::async_trait]
        impl $crate::loaders::Question for $name {
            type Key = $key;
            type Answer = std::sync::Arc<$row>;
            type Lane = ();
            const ASKS: $crate::loaders::Asks = $crate::loaders::Asks::$role(stringify!($method)).by($by);

            fn lane(_: &$key) {}

            async fn ask(stores: &$crate::stores::Stores, keys: Vec<$key>) -> $crate::roles::Result<$crate::loaders::Answers<Self>> {
                let rows = stores.$role.$method(&keys).await?;
                Ok(rows.into_iter().map(|$found| ($row_key, Ok(std::sync::Arc::new($found)))).collect())
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
            type Answer = $crate::loaders::SharedList<$row>;
            type Lane = ();
            const ASKS: $crate::loaders::Asks = $crate::loaders::Asks::$role(stringify!($method)).by($by);

            fn lane(_: &$key) {}

            async fn ask(stores: &$crate::stores::Stores, keys: Vec<$key>) -> $crate::roles::Result<$crate::loaders::Answers<Self>> {
                let rows = stores.$role.$method(&keys).await?;
                let mut lists: $crate::loaders::ByKey<$key, Vec<std::sync::Arc<$row>>> = keys.into_iter().map(|key| (key, Vec::new())).collect();
                for $found in rows {
                    let row_key: Option<$key> = $row_key;
                    if let Some(list) = row_key.and_then(|key| lists.get_mut(&key)) {
                        list.push(std::sync::Arc::new($found));
                    }
                }
                Ok(lists.into_iter().map(|(key, list)| (key, Ok(std::sync::Arc::new(list)))).collect())
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
                    Ok($crate::loaders::questions::pages(parents, found, &arguments, &arguments.0))
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
                let each = keys.into_iter().map(|$asked| async move {
                    let answer = async { Ok::<$answer, $crate::error::StoreError>($call) }.await;
                    ($asked, answer)
                });
                Ok(futures::future::join_all(each).await.into_iter().collect())
            }
        }
    };
}
