use super::{Store, TEXTS, assert_conflict, by_id};
use crate::{contract, support::engines::relational, support::sample};
use libtest_mimic::Trial;
use polystore::shop::Category;

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "category", relational;
        categories_are_found_by_id_and_by_slug,
        children_and_roots_come_by_name_then_id,
        at_most_a_thousand_roots_are_given,
        a_parent_may_come_after_its_child,
        an_unknown_parent_is_a_conflict_and_nothing_is_written,
        a_slug_of_another_category_is_a_conflict_and_nothing_is_written,
        a_category_put_again_is_replaced_and_can_move,
        names_come_back_byte_for_byte,
    )
}

fn child(n: u128, parent: u128) -> Category {
    Category { parent_id: Some(sample::id(parent)), ..sample::category(n) }
}

fn named(name: &str, category: Category) -> Category {
    Category { name: name.into(), ..category }
}

async fn categories_are_found_by_id_and_by_slug(store: Store) {
    let rows = [sample::category(1), child(2, 1)];
    store.categories_put(&rows).await.unwrap();
    let found = store.categories_by_ids(&[sample::id(2), sample::id(1), sample::id(2), sample::id(9)]).await.unwrap();
    assert_eq!(by_id(found, |category| category.id), rows);
    let slugs = ["category-2", "category-1", "category-2", "CATEGORY-1", "it's \"not\" there"].map(String::from);
    assert_eq!(by_id(store.categories_by_slugs(&slugs).await.unwrap(), |category| category.id), rows);
}

async fn children_and_roots_come_by_name_then_id(store: Store) {
    // by bytes: upper case ahead of lower case, letters with accents behind both
    let roots = [named("Books", sample::category(3)), named("Books", sample::category(4)), named("apples", sample::category(1))];
    let first = [named("B", child(12, 3)), named("a", child(10, 3)), named("a", child(13, 3)), named("ä", child(11, 3))];
    let second = [named("Z", child(20, 4)), named("z", child(21, 4))];
    let below = [child(30, 10)];
    let mut rows = [&roots[..], &first, &second, &below].concat();
    rows.reverse();
    store.categories_put(&rows).await.unwrap();
    assert_eq!(store.categories_roots().await.unwrap(), roots);
    let found = store.categories_by_parents(&[sample::id(4), sample::id(3), sample::id(1), sample::id(3), sample::id(99)]).await.unwrap();
    let of = |parent| found.iter().filter(|row| row.parent_id == Some(sample::id(parent))).cloned().collect::<Vec<_>>();
    assert_eq!((of(3).as_slice(), of(4).as_slice()), (&first[..], &second[..]));
    assert_eq!(found.len(), first.len() + second.len());
}

async fn at_most_a_thousand_roots_are_given(store: Store) {
    let rows: Vec<_> = (1..=1_003).map(|n| named(&format!("Category {n:04}"), sample::category(n))).collect();
    store.categories_put(&rows).await.unwrap();
    assert_eq!(store.categories_roots().await.unwrap(), rows[..1_000]);
}

async fn a_parent_may_come_after_its_child(store: Store) {
    store.categories_put(&[child(3, 2), child(2, 1), sample::category(1)]).await.unwrap();
    assert_eq!(store.categories_by_parents(&[sample::id(2)]).await.unwrap(), [child(3, 2)]);
}

async fn an_unknown_parent_is_a_conflict_and_nothing_is_written(store: Store) {
    assert_conflict(&store, store.categories_put(&[sample::category(1), child(2, 9)]).await, "an unknown parent");
    assert_eq!(store.categories_by_ids(&[sample::id(1), sample::id(2)]).await.unwrap(), []);
    store.categories_put(&[sample::category(1)]).await.unwrap();
}

async fn a_slug_of_another_category_is_a_conflict_and_nothing_is_written(store: Store) {
    store.categories_put(&[sample::category(1)]).await.unwrap();
    let twin = Category { slug: "category-1".into(), ..sample::category(2) };
    assert_conflict(&store, store.categories_put(&[sample::category(3), twin]).await, "a slug twice");
    assert_eq!(store.categories_roots().await.unwrap(), [sample::category(1)]);
}

async fn a_category_put_again_is_replaced_and_can_move(store: Store) {
    store.categories_put(&[sample::category(1), sample::category(2), child(3, 1)]).await.unwrap();
    let moved = named("Moved", child(3, 2));
    store.categories_put(std::slice::from_ref(&moved)).await.unwrap();
    store.categories_put(std::slice::from_ref(&moved)).await.unwrap();
    assert_eq!(store.categories_by_parents(&[sample::id(1), sample::id(2)]).await.unwrap(), [moved]);
    store.categories_put(&[sample::category(3)]).await.unwrap();
    assert_eq!(store.categories_roots().await.unwrap().len(), 3);
}

async fn names_come_back_byte_for_byte(store: Store) {
    let rows: Vec<_> = (1..).zip(TEXTS).map(|(n, text)| named(text, sample::category(n))).collect();
    store.categories_put(&rows).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(by_id(store.categories_by_ids(&ids).await.unwrap(), |category| category.id), rows);
}
