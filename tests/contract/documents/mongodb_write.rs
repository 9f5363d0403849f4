//! What only MongoDB can get wrong when it writes: crashes between two documents, documents of an older program, the use of its indexes.

use super::{
    mongodb::{Inside, fresh, profiled},
    writing::{LEASE, Store, change, create, next, once, replace, revisions, told},
};
use crate::{
    contract,
    support::{
        documents_sample::{article, comment, draft, preferences},
        sample::{at, id},
    },
};
use libtest_mimic::Trial;
use mongodb::{
    Database,
    bson::{Bson, DateTime, Document, doc},
};
use polystore::{
    error::Engine,
    shop::{Article, ArticleFilter, ArticleOrder, ArticleRefusal, ArticleRevision, Audience, Detail, Preferences, Theme, Window, Written},
};
use std::{sync::Arc, time::Duration};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Mongodb], "mongodb_write", migrated;
        a_crash_between_revision_and_change_leaves_nothing_to_see,
        a_crash_between_key_and_change_lets_the_same_request_go_on,
        a_key_is_freed_only_by_the_last_of_those_who_hold_it,
        a_fallen_put_of_an_older_revision_is_written_anew,
        an_event_that_cannot_be_read_stands_in_nobodys_way,
        preferences_from_before_there_were_versions_have_the_first,
        an_outbox_that_is_empty_leaves_no_trace_in_its_document,
        a_claim_reads_no_more_than_it_takes,
        an_audience_costs_no_more_than_its_rows,
        keys_expire_by_the_servers_own_hand,
    )
}

async fn migrated(engine: Engine) -> (Store, Database) {
    let Inside { store, database } = fresh(engine).await;
    polystore::roles::Store::migrate(&store).await.unwrap();
    (Arc::new(store), database)
}

fn collection(database: &Database, name: &str) -> mongodb::Collection<Document> {
    database.collection(name)
}

async fn a_crash_between_revision_and_change_leaves_nothing_to_see((store, database): (Store, Database)) {
    let first = article(1);
    create(&store, &first, None).await;
    // a change is done, and taken back: what a crash ahead of it would have left is its revision
    let documents = collection(&database, "articles");
    let before = documents.find_one(doc! {}).await.unwrap().unwrap();
    let crashed = next(&first, "Crashed");
    store.article_replace(&first, &crashed, &change(&first, &crashed, 500), None.into()).await.unwrap();
    documents.replace_one(doc! {}, before).await.unwrap();
    assert_eq!(collection(&database, "article_revisions").count_documents(doc! {}).await.unwrap(), 1);
    assert_eq!(revisions(&store, &first).await, [0; 0], "nobody is shown a revision of the current version");
    let window = Window { total: true, ..Window::first(1) };
    let pages = store.article_revisions_page_by_articles(&[first.id], &window).await.unwrap();
    assert!(pages.iter().all(|(_, page)| page.total == Some(0) && !page.has_next));
    // the next change goes through, and the revision has its time
    let second = next(&first, "Second");
    assert_eq!(replace(&store, &first, &second, None).await, Written::Done(second.clone()));
    let pages = store.article_revisions_page_by_articles(&[first.id], &Window::first(9)).await.unwrap();
    assert_eq!(pages[0].1.items, [ArticleRevision { article: first, replaced_at: at(1_002) }]);
    assert_eq!(told(&store).await.len(), 2);
}

async fn a_crash_between_key_and_change_lets_the_same_request_go_on((store, database): (Store, Database)) {
    let first = article(1);
    create(&store, &first, None).await;
    let documents = collection(&database, "articles");
    let before = documents.find_one(doc! {}).await.unwrap().unwrap();
    let (second, key) = (next(&first, "Second"), once("k", 1));
    assert_eq!(replace(&store, &first, &second, Some(&key)).await, Written::Done(second.clone()));
    // the claim is there, the change is not
    documents.replace_one(doc! {}, before).await.unwrap();
    assert_eq!(collection(&database, "once").count_documents(doc! {}).await.unwrap(), 1);
    assert_eq!(replace(&store, &first, &next(&first, "Other"), Some(&once("k", 2))).await, Written::KeyReused);
    assert_eq!(replace(&store, &first, &second, Some(&key)).await, Written::Done(second.clone()));
    assert_eq!(replace(&store, &first, &second, Some(&key)).await, Written::Replayed(second));
}

async fn a_key_is_freed_only_by_the_last_of_those_who_hold_it((store, database): (Store, Database)) {
    let keys = collection(&database, "once");
    let (first, stale) = (article(1), Article { version: 9, ..article(1) });
    create(&store, &first, None).await;
    let key = once("k", 1);
    let refused = replace(&store, &stale, &next(&stale, "Stale"), Some(&key)).await;
    assert_eq!(refused, Written::Refused(ArticleRefusal::Stale(1)));
    assert_eq!(keys.count_documents(doc! {}).await.unwrap(), 0, "nothing was done under it");
    // another one is at the same request at this moment
    replace(&store, &first, &next(&first, "Second"), Some(&key)).await;
    let claim = keys.find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(claim.get_i64("holds").unwrap(), 1);
    keys.update_one(doc! {}, doc! { "$inc": { "holds": 1_i64 } }).await.unwrap();
    let other = Article { version: 9, ..article(2) };
    assert_eq!(replace(&store, &other, &next(&other, "Stale"), Some(&key)).await, Written::Refused(ArticleRefusal::NotFound));
    assert_eq!(keys.find_one(doc! {}).await.unwrap().unwrap().get_i64("holds").unwrap(), 2);
}

async fn a_fallen_put_of_an_older_revision_is_written_anew((store, database): (Store, Database)) {
    let first = article(1);
    create(&store, &first, None).await;
    let second = next(&first, "Second");
    replace(&store, &first, &second, None).await;
    // what an import put in the place of the first version since
    let put = Article { title: "Put".into(), ..first.clone() };
    store.articles_put(std::slice::from_ref(&put)).await.unwrap();
    replace(&store, &put, &next(&put, "Again"), None).await;
    let kept = collection(&database, "article_revisions").find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(kept.get_document("article").unwrap().get_str("title").unwrap(), "Put");
}

async fn an_event_that_cannot_be_read_stands_in_nobodys_way((store, database): (Store, Database)) {
    create(&store, &article(1), None).await;
    create(&store, &article(2), None).await;
    let documents = collection(&database, "articles");
    let newer = doc! { "$set": { "outbox.0.fact": { "kind": "ARTICLE_SUNG", "by": "a newer program" } } };
    documents.update_one(doc! { "slug": "article-1" }, newer).await.unwrap();
    let claimed = store.outbox_claim(10, Duration::from_millis(300)).await.unwrap();
    assert_eq!(claimed.iter().map(|claimed| claimed.event.aggregate.clone()).collect::<Vec<_>>(), [article(2).id.to_string()]);
    assert_eq!(store.outbox_state().await.unwrap().waiting, 2, "it is kept for a program that can read it");
}

async fn preferences_from_before_there_were_versions_have_the_first((store, database): (Store, Database)) {
    store.preferences_put(&[preferences(1)]).await.unwrap();
    let old = collection(&database, "preferences");
    database.run_command(doc! { "collMod": "preferences", "validationLevel": "off" }).await.unwrap();
    old.update_one(doc! {}, doc! { "$unset": { "version": "" } }).await.unwrap();
    database.run_command(doc! { "collMod": "preferences", "validationLevel": "strict" }).await.unwrap();
    assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), [preferences(1)]);
    let second = Preferences { version: 2, theme: Theme::Light, ..preferences(1) };
    assert!(!store.preferences_replace(&Preferences { version: 3, ..second.clone() }).await.unwrap());
    assert!(!store.preferences_replace(&Preferences { version: 1, ..second.clone() }).await.unwrap());
    assert!(store.preferences_replace(&second).await.unwrap());
    assert_eq!(store.preferences_by_customers(&[id(1)]).await.unwrap(), [second]);
}

async fn an_outbox_that_is_empty_leaves_no_trace_in_its_document((store, database): (Store, Database)) {
    create(&store, &article(1), None).await;
    super::writing::say(&store, &comment(1, 1), None).await;
    let claimed = store.outbox_claim(10, LEASE).await.unwrap();
    store.outbox_failed(claimed[0].event.id, None, true, "broken").await.unwrap();
    store.outbox_done(&claimed.iter().map(|claimed| claimed.event.id).collect::<Vec<_>>()).await.unwrap();
    for name in ["articles", "comments"] {
        let document = collection(&database, name).find_one(doc! {}).await.unwrap().unwrap();
        let left: Vec<_> = document.keys().filter(|key| key.starts_with("outbox")).collect();
        assert!(left.is_empty(), "{name}: {left:?}");
    }
}

async fn a_claim_reads_no_more_than_it_takes((store, database): (Store, Database)) {
    store.articles_put(&(1_000..3_000).map(article).collect::<Vec<_>>()).await.unwrap();
    for n in 1..=40 {
        create(&store, &article(n), None).await;
    }
    let (taken, commands) = profiled(&database, async { store.outbox_claim(10, LEASE).await.unwrap().len() }).await;
    assert_eq!(taken, 10);
    for command in &commands {
        let number =
            |name: &str| command.get(name).and_then(Bson::as_i64).or_else(|| command.get_i32(name).ok().map(i64::from)).unwrap_or(0);
        assert!(number("docsExamined") <= 20 && number("keysExamined") <= 40, "{command:#?}");
    }
    let (gone, commands) = profiled(&database, async { store.outbox_claim(100, Duration::ZERO).await.unwrap().len() }).await;
    assert_eq!(gone, 30, "the leased ones are left out");
    assert!(commands.len() <= 6, "{commands:#?}");
}

async fn an_audience_costs_no_more_than_its_rows((store, database): (Store, Database)) {
    // nine of ten are drafts of others
    let of = |n: u128| Article {
        author_id: if n.is_multiple_of(100) { id(1) } else { id(2) },
        tags: vec![format!("t{}", n % 5)],
        created_at: at(i64::try_from(n / 2).unwrap()),
        ..if n % 10 == 3 { article(n) } else { draft(n) }
    };
    store.articles_put(&(1..=3_000).map(of).collect::<Vec<_>>()).await.unwrap();
    let everywhere = of(1_500);
    for order in super::article::ORDERS {
        for audience in [Audience::Public, Audience::Of(id(1)), Audience::Of(id(77))] {
            for tag in [None, Some("t3".to_owned())] {
                let window = Window { after: Some(order.key(&everywhere)), ..Window::first(10) };
                let filter = ArticleFilter { tag: tag.clone(), ..ArticleFilter::default() };
                let page = async { store.articles_page(&filter, order, &window, Detail::Summary, audience).await.unwrap().items.len() };
                let (rows, commands) = profiled(&database, page).await;
                let command = &commands[0];
                let keys = command.get_i32("keysExamined").map(i64::from).or_else(|_| command.get_i64("keysExamined")).unwrap();
                // with a tag, an author's own drafts are few enough to be looked through
                let most = if tag.is_some() && audience.customer() == Some(id(1)) { 60 } else { 30 };
                assert!(commands.len() == 1 && rows == 10 && keys <= most, "{order:?} {audience:?} {tag:?}: {keys} keys: {command:#?}");
            }
        }
    }
    let window = Window { after: Some(ArticleOrder::CreatedDesc.key(&everywhere)), ..Window::first(10) };
    let pages =
        async { store.articles_page_by_authors(&[id(2)], &window, Detail::Summary, Audience::Public).await.unwrap()[0].1.items.len() };
    let (rows, commands) = profiled(&database, pages).await;
    assert!(rows == 10 && commands[0].get_i32("keysExamined").unwrap() <= 30, "{commands:#?}");
}

async fn keys_expire_by_the_servers_own_hand((store, database): (Store, Database)) {
    create(&store, &article(1), None).await;
    replace(&store, &article(1), &next(&article(1), "Second"), Some(&once("k", 1))).await;
    let key = collection(&database, "once").find_one(doc! {}).await.unwrap().unwrap();
    let age = DateTime::now().timestamp_millis() - key.get_datetime("usedAt").unwrap().timestamp_millis();
    assert!(age.abs() < 60_000, "by the server's clock: {age} ms");
    let answer = database.run_command(doc! { "listIndexes": "once" }).await.unwrap();
    let expire = format!("{answer:?}");
    assert!(expire.contains("expireAfterSeconds") && expire.contains("604800"), "{expire}");
}
