use super::ENGINES;
use crate::{
    contract,
    support::{
        documents_sample::{preferences, wild_json},
        engines::documents,
        sample::id,
    },
};
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::{
    roles::Documents,
    shop::{Currency, CustomerId, Notifications, Preferences, Theme, json},
};
use serde_json::{Value, json};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "preferences", documents;
        unknown_and_repeated_keys_do_no_harm,
        putting_replaces_the_whole_document,
        free_json_comes_back_as_the_same_text,
        every_value_comes_back_unchanged,
        two_thousand_keys_are_answered_at_once,
        preferences_are_replaced_version_by_version,
        of_many_changes_of_one_version_at_once_one_is_done,
    )
}

async fn unknown_and_repeated_keys_do_no_harm(store: Arc<dyn Documents>) {
    store.preferences_put(&[preferences(1), preferences(2)]).await.unwrap();
    assert_eq!(store.preferences_by_customers(&[id(1), id(9), id(1)]).await.unwrap(), [preferences(1)]);
    assert_eq!(store.preferences_by_customers(&[]).await.unwrap(), []);
    store.preferences_put(&[]).await.unwrap();
}

async fn putting_replaces_the_whole_document(store: Arc<dyn Documents>) {
    store.preferences_put(&[preferences(1), preferences(2)]).await.unwrap();
    let changed = Preferences { interests: vec![], theme: Theme::Light, extra: json!({"only": 1}), ..preferences(1) };
    for _ in 0..2 {
        store.preferences_put(std::slice::from_ref(&changed)).await.unwrap();
    }
    assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), [changed]);
    assert_eq!(store.preferences_by_customers(&[id(2)]).await.unwrap(), [preferences(2)]);
}

async fn free_json_comes_back_as_the_same_text(store: Arc<dyn Documents>) {
    let deepest = (0..json::MAX_DEPTH - 1).fold(json!({}), |inner, _| json!({ "a": inner }));
    let widest: Value = (0..1_900).map(|n| (format!("key {n}"), json!(n))).collect();
    let longest = json!({ "text": "é🌱\"\\".repeat(5_000) });
    let samples = [json!({}), wild_json(), deepest, widest, longest].map(|value| json::checked(value).unwrap());
    let rows: Vec<_> = samples.iter().zip(1..).map(|(extra, n)| Preferences { extra: extra.clone(), ..preferences(n) }).collect();
    store.preferences_put(&rows).await.unwrap();
    let ids: Vec<CustomerId> = (1..=5).map(id).collect();
    let mut found = store.preferences_by_customers(&ids).await.unwrap();
    found.sort_by_key(|preferences| preferences.customer_id.uuid());
    assert_eq!(found.len(), samples.len());
    for (found, wanted) in found.iter().zip(&samples) {
        // the text, not the value: order of keys and form of numbers included
        assert_eq!(found.extra.to_string(), wanted.to_string());
    }
}

async fn every_value_comes_back_unchanged(store: Arc<dyn Documents>) {
    let mut rows = Vec::new();
    for (theme, currency) in Theme::ALL.iter().zip(["EUR", "JPY", "KWD"]) {
        for bits in 0..8 {
            let notifications = Notifications { orders: bits & 1 != 0, magazine: bits & 2 != 0, offers: bits & 4 != 0 };
            let currency: Currency = currency.parse().unwrap();
            let n = rows.len() as u128 + 1;
            let interests = (0..bits).map(|n| format!("it's \"{n}\" ü")).collect();
            rows.push(Preferences { theme: *theme, currency, notifications, interests, locale: format!("x-{n}"), ..preferences(n) });
        }
    }
    store.preferences_put(&rows).await.unwrap();
    let mut found = store.preferences_by_customers(&(1..=24).map(id).collect::<Vec<_>>()).await.unwrap();
    found.sort_by_key(|preferences| preferences.customer_id.uuid());
    assert_eq!(found, rows);
}

async fn two_thousand_keys_are_answered_at_once(store: Arc<dyn Documents>) {
    let rows: Vec<_> = (1..=2_000).map(|n| Preferences { extra: json!({ "n": 1 }), ..preferences(n) }).collect();
    store.preferences_put(&rows).await.unwrap();
    let mut found = store.preferences_by_customers(&(1..=2_100).map(id).collect::<Vec<_>>()).await.unwrap();
    found.sort_by_key(|preferences| preferences.customer_id.uuid());
    assert_eq!(found, rows);
}

async fn preferences_are_replaced_version_by_version(store: Arc<dyn Documents>) {
    let version = |version, theme| Preferences { version, theme, ..preferences(1) };
    assert!(!store.preferences_replace(&version(2, Theme::Dark)).await.unwrap(), "nothing is there yet");
    assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), []);
    assert!(store.preferences_replace(&version(1, Theme::Dark)).await.unwrap());
    assert!(!store.preferences_replace(&version(1, Theme::Light)).await.unwrap(), "the first version is there already");
    for refused in [1, 3, 9] {
        assert!(!store.preferences_replace(&version(refused, Theme::Light)).await.unwrap());
    }
    assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), [version(1, Theme::Dark)]);
    let second = Preferences { interests: vec![], extra: json!({ "only": [1] }), ..version(2, Theme::System) };
    assert!(store.preferences_replace(&second).await.unwrap());
    assert!(!store.preferences_replace(&second).await.unwrap());
    assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), [second]);
    // a put brings its own version
    store.preferences_put(&[version(7, Theme::Dark), preferences(2)]).await.unwrap();
    assert!(store.preferences_replace(&version(8, Theme::Light)).await.unwrap());
    assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), [version(8, Theme::Light)]);
    assert_eq!(store.preferences_by_customers(&[id(2)]).await.unwrap(), [preferences(2)]);
}

async fn of_many_changes_of_one_version_at_once_one_is_done(store: Arc<dyn Documents>) {
    for version in 1..=5 {
        let changes = (0..6).map(|n| Preferences { version, locale: format!("x-{n}"), ..preferences(1) }).collect::<Vec<_>>();
        let done = join_all(changes.iter().map(|next| store.preferences_replace(next))).await;
        let winners: Vec<_> =
            done.into_iter().zip(&changes).filter(|(done, _)| *done.as_ref().unwrap()).map(|(_, next)| next.clone()).collect();
        assert_eq!(winners.len(), 1);
        assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), winners);
    }
}
