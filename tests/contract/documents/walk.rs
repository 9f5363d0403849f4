//! Walks through a whole list, forward, backward and between bounds, and compares it with what is expected.

use polystore::shop::{Key, Page, Window};
use std::{fmt::Debug, future::Future};
use uuid::Uuid;

/// `expected` is the whole list in order; `fetch` asks the store for a window of it.
pub async fn walk<T, F, Fut>(expected: &[T], key: impl Fn(&T) -> Key, fetch: F)
where
    T: Clone + Debug + PartialEq,
    F: Fn(Window) -> Fut,
    Fut: Future<Output = Page<T>>,
{
    forward(expected, &key, &fetch).await;
    backward(expected, &key, &fetch).await;
    between(expected, &key, &fetch).await;
    beyond(expected, &key, &fetch).await;
}

async fn forward<T, F, Fut>(expected: &[T], key: &impl Fn(&T) -> Key, fetch: &F)
where
    T: Clone + Debug + PartialEq,
    F: Fn(Window) -> Fut,
    Fut: Future<Output = Page<T>>,
{
    let mut after: Option<Key> = None;
    let mut seen = 0;
    loop {
        let page = fetch(Window { after: after.clone(), total: true, ..Window::first(2) }).await;
        let wanted = &expected[seen..expected.len().min(seen + 2)];
        assert_eq!(page.items, wanted, "forward, from row {seen}");
        seen += page.items.len();
        assert_eq!((page.has_previous, page.has_next), (after.is_some(), seen < expected.len()), "forward, up to row {seen}");
        assert_eq!(page.total, Some(expected.len() as u64));
        match page.items.last() {
            Some(last) if page.has_next => after = Some(key(last)),
            _ => break,
        }
    }
    assert_eq!(seen, expected.len());
}

async fn backward<T, F, Fut>(expected: &[T], key: &impl Fn(&T) -> Key, fetch: &F)
where
    T: Clone + Debug + PartialEq,
    F: Fn(Window) -> Fut,
    Fut: Future<Output = Page<T>>,
{
    let mut before: Option<Key> = None;
    let mut left = expected.len();
    loop {
        let page = fetch(Window { before: before.clone(), ..Window::last(2) }).await;
        assert_eq!(page.items, &expected[left.saturating_sub(2)..left], "backward, below row {left}");
        left -= page.items.len();
        assert_eq!((page.has_previous, page.has_next), (left > 0, before.is_some()), "backward, down to row {left}");
        assert_eq!(page.total, None, "nobody asked for a total");
        match page.items.first() {
            Some(first) if page.has_previous => before = Some(key(first)),
            _ => break,
        }
    }
    assert_eq!(left, 0);
}

/// Both bounds at once: a wide stretch, a narrow one, an empty one, and bounds that are the wrong way round.
async fn between<T, F, Fut>(expected: &[T], key: &impl Fn(&T) -> Key, fetch: &F)
where
    T: Clone + Debug + PartialEq,
    F: Fn(Window) -> Fut,
    Fut: Future<Output = Page<T>>,
{
    let n = expected.len();
    let pairs = [(0, n.saturating_sub(1)), (1, 4), (2, 3), (3, 1), (2, 2)];
    for (low, high) in pairs.into_iter().filter(|(low, high)| *low < n && *high < n) {
        let wanted = expected.get(low + 1..high).unwrap_or_default();
        let bounds = Window { after: Some(key(&expected[low])), before: Some(key(&expected[high])), ..Window::first(2) };
        let page = fetch(Window { total: true, ..bounds.clone() }).await;
        assert_eq!(page.items, &wanted[..wanted.len().min(2)], "first 2 between rows {low} and {high}");
        assert_eq!((page.has_previous, page.has_next), (true, wanted.len() > 2));
        assert_eq!(page.total, Some(n as u64), "a total counts the whole list, bounds aside");
        let page = fetch(Window { end: Window::last(2).end, ..bounds }).await;
        assert_eq!(page.items, &wanted[wanted.len().saturating_sub(2)..], "last 2 between rows {low} and {high}");
        assert_eq!((page.has_previous, page.has_next), (wanted.len() > 2, true));
    }
}

/// A bound is a place, not a row: its row may be gone.
async fn beyond<T, F, Fut>(expected: &[T], key: &impl Fn(&T) -> Key, fetch: &F)
where
    T: Clone + Debug + PartialEq,
    F: Fn(Window) -> Fut,
    Fut: Future<Output = Page<T>>,
{
    let Some(first) = expected.first() else { return };
    let value = key(first).value;
    for id in [Uuid::nil(), Uuid::max()] {
        let place = Key { value: value.clone(), id };
        let ahead = fetch(Window { before: Some(place.clone()), ..Window::first(100) }).await.items;
        let behind = fetch(Window { after: Some(place), ..Window::first(100) }).await.items;
        assert_eq!([ahead, behind].concat(), expected, "a place with the id {id} cuts the list in two");
    }
}

/// The page of one parent; a parent that was left out has an empty one. No parent may come twice.
pub fn page_of<K: PartialEq + Debug, T: Clone>(pages: &[(K, Page<T>)], parent: &K, window: &Window) -> Page<T> {
    let mut found = pages.iter().filter(|(key, _)| key == parent);
    let page = found.next().map_or_else(|| Page::empty(window), |(_, page)| page.clone());
    assert!(found.next().is_none(), "{parent:?} came twice");
    page
}
