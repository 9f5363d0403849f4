//! Walks through lists: what every paged method promises, asked of any of them.

use polystore::shop::{Key, Page, SortValue, Window};
use std::{cmp::Ordering, fmt::Debug};

/// Sorts rows as a list of this order is: by value, texts by their bytes, then by id.
pub fn sorted<T>(mut rows: Vec<T>, descending: bool, key: impl Fn(&T) -> Key) -> Vec<T> {
    rows.sort_by(|a, b| {
        let up = compare(&key(a), &key(b));
        if descending { up.reverse() } else { up }
    });
    rows
}

fn compare(a: &Key, b: &Key) -> Ordering {
    let values = match (&a.value, &b.value) {
        (SortValue::Time(a), SortValue::Time(b)) => a.cmp(b),
        (SortValue::Number(a), SortValue::Number(b)) => a.cmp(b),
        (SortValue::Text(a), SortValue::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        _ => panic!("keys of different lists"),
    };
    values.then(a.id.as_bytes().cmp(b.id.as_bytes()))
}

/// Checks a whole list: walks it by twos from both ends, then cuts it between any two of its rows.
pub async fn check<T: Clone + PartialEq + Debug>(expected: &[T], key: impl Fn(&T) -> Key, fetch: impl AsyncFn(Window) -> Page<T>) {
    let total = Some(u64::try_from(expected.len()).unwrap());

    let mut seen: Vec<T> = Vec::new();
    let mut window = Window { total: true, ..Window::first(2) };
    loop {
        let page = fetch(window.clone()).await;
        assert_eq!(page.total, total, "the total does not depend on the window");
        assert_eq!(page.has_previous, window.after.is_some());
        seen.extend(page.items.iter().cloned());
        assert_eq!(page.has_next, seen.len() < expected.len(), "after {} of {} rows", seen.len(), expected.len());
        assert!(seen.len() <= expected.len() && (page.items.len() == 2 || !page.has_next), "pages overlap or are short");
        match page.items.last() {
            Some(last) if page.has_next => window.after = Some(key(last)),
            _ => break,
        }
    }
    assert_eq!(seen, expected, "forward");

    let mut seen: Vec<T> = Vec::new();
    let mut window = Window::last(2);
    loop {
        let page = fetch(window.clone()).await;
        assert_eq!(page.total, None, "a total nobody asked for");
        assert_eq!(page.has_next, window.before.is_some());
        seen.splice(0..0, page.items.iter().cloned());
        assert_eq!(page.has_previous, seen.len() < expected.len());
        assert!(seen.len() <= expected.len() && (page.items.len() == 2 || !page.has_previous), "pages overlap or are short");
        match page.items.first() {
            Some(first) if page.has_previous => window.before = Some(key(first)),
            _ => break,
        }
    }
    assert_eq!(seen, expected, "backward");

    for from in 0..expected.len() {
        for to in from + 1..expected.len() {
            let (after, before) = (Some(key(&expected[from])), Some(key(&expected[to])));
            let between = &expected[from + 1..to];
            let all = fetch(Window { after: after.clone(), before: before.clone(), ..Window::first(100) }).await;
            assert_eq!(all.items, between, "strictly between {from} and {to}");
            let last = fetch(Window { after: after.clone(), before: before.clone(), ..Window::last(1) }).await;
            assert_eq!(last.items.as_slice(), &between[between.len().saturating_sub(1)..], "the last one between {from} and {to}");
            assert_eq!((last.has_previous, last.has_next), (between.len() > 1, true));
            let none = fetch(Window { after: before, before: after, ..Window::first(100) }).await;
            assert!(none.items.is_empty(), "bounds the wrong way round leave nothing");
        }
    }
}
