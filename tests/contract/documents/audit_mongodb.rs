//! The audit log as MongoDB keeps it: beside the event at first, then in a collection of its own, to which nothing is done but inserting.

use super::{
    mongodb::{Inside, fresh, profiled},
    writing::{LEASE, change, next},
};
use crate::{contract, support::documents_sample::article, support::sample};
use libtest_mimic::Trial;
use mongodb::bson::{Document, doc};
use polystore::{
    error::Engine,
    roles::{Articles as _, AuditLog as _, Outbox as _, Store as _},
    shop::{AuditFilter, Event, Provenance},
};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Mongodb], "audit_mongodb", fresh;
        an_entry_goes_into_the_log_before_its_event_leaves_and_once,
        the_program_only_inserts_into_the_log_and_reads_it,
        what_is_no_entry_is_refused_by_the_server,
        a_page_reads_about_what_it_gives,
    )
}

async fn an_entry_goes_into_the_log_before_its_event_leaves_and_once(Inside { store, database }: Inside) {
    store.migrate().await.unwrap();
    let (kept, articles) = (database.collection::<Document>("audit"), database.collection::<Document>("articles"));
    let (first, entry) = (article(1), sample::audit(1, "createArticle", "article"));
    let event = Event::article_changed(&first, false, first.created_at);
    store.article_create(&first, &event, Provenance::new(None, &entry)).await.unwrap();
    assert_eq!(kept.count_documents(doc! {}).await.unwrap(), 0, "it waits in the article");
    let before = store.audit_page(&AuditFilter::default(), 10).await.unwrap();
    let waiting = articles.find_one(doc! {}).await.unwrap().unwrap();
    store.outbox_claim(10, LEASE).await.unwrap();
    store.outbox_done(&[event.id]).await.unwrap();
    assert_eq!(kept.count_documents(doc! {}).await.unwrap(), 1);
    assert_eq!(articles.count_documents(doc! { "outbox": { "$exists": true } }).await.unwrap(), 0);
    assert_eq!(store.audit_page(&AuditFilter::default(), 10).await.unwrap(), before);

    // as if the server had died between the two: the event is there again, the entry is in both places
    articles.replace_one(doc! {}, waiting).await.unwrap();
    assert_eq!(store.audit_page(&AuditFilter::default(), 10).await.unwrap(), before, "it is one entry");
    store.outbox_done(&[event.id]).await.unwrap();
    assert_eq!(store.audit_page(&AuditFilter::default(), 10).await.unwrap(), before);
}

async fn the_program_only_inserts_into_the_log_and_reads_it(Inside { store, database }: Inside) {
    store.migrate().await.unwrap();
    let work = async {
        let (first, second) = (article(1), next(&article(1), "Second"));
        let made = sample::audit(1, "createArticle", "article");
        let event = Event::article_changed(&first, false, first.created_at);
        store.article_create(&first, &event, Provenance::new(None, &made)).await.unwrap();
        let changed = sample::audit(2, "updateArticle", "article");
        let later = change(&first, &second, 5);
        store.article_replace(&first, &second, &later, Provenance::new(None, &changed)).await.unwrap();
        for _ in 0..2 {
            store.outbox_done(&[event.id, later.id]).await.unwrap();
        }
        store.audit_page(&AuditFilter::default(), 10).await.unwrap().len()
    };
    let (found, commands) = profiled(&database, work).await;
    assert_eq!(found, 2);
    let audit = format!("{}.audit", database.name());
    let ours: Vec<_> = commands
        .iter()
        .filter(|command| command.get_str("ns").is_ok_and(|ns| ns == audit))
        .map(|command| command.get_str("op").unwrap())
        .collect();
    assert!(ours.contains(&"insert") && ours.contains(&"query"), "{ours:?}");
    assert!(ours.iter().all(|op| ["insert", "query"].contains(op)), "{ours:?}");
}

async fn what_is_no_entry_is_refused_by_the_server(Inside { store, database }: Inside) {
    store.migrate().await.unwrap();
    let kept = database.collection::<Document>("audit");
    let now = mongodb::bson::DateTime::now();
    for (bad, what) in [
        (doc! { "_id": mongodb::bson::Uuid::new(), "at": now, "action": "signUp", "details": {} }, "no subject"),
        (doc! { "_id": mongodb::bson::Uuid::new(), "at": now, "action": "", "subject": "x", "details": {} }, "no action"),
        (
            doc! { "_id": mongodb::bson::Uuid::new(), "at": now, "action": "x", "subject": "x", "details": {}, "email": "a@example.com" },
            "more",
        ),
    ] {
        assert!(kept.insert_one(bad).await.unwrap_err().to_string().contains("failed validation"), "{what}");
    }
}

async fn a_page_reads_about_what_it_gives(Inside { store, database }: Inside) {
    store.migrate().await.unwrap();
    let rows = (0..20_000_u64).map(|n| {
        let id = mongodb::bson::Uuid::from_bytes(((u128::from(n) << 80) | 0x7 << 76 | 0x8 << 60).to_be_bytes());
        let action = if n % 10_000 == 7 { "unpublishArticle" } else { "updateArticle" };
        let at = mongodb::bson::DateTime::from_millis(i64::try_from(n).unwrap());
        doc! { "_id": id, "at": at, "action": action, "subject": format!("article_{}", n % 5_000), "details": {} }
    });
    database.collection::<Document>("audit").insert_many(rows).await.unwrap();
    for (action, subject, given) in [(None, None, 50), (Some("unpublishArticle"), None, 2), (None, Some("article_77"), 4)] {
        let filter = AuditFilter { action: action.map(str::to_owned), subject: subject.map(str::to_owned), ..AuditFilter::default() };
        let (rows, commands) = profiled(&database, async { store.audit_page(&filter, 50).await.unwrap().len() }).await;
        assert_eq!(rows, given, "{filter:?}");
        let keys: i64 = commands.iter().filter_map(|command| command.get_i32("keysExamined").ok()).map(i64::from).sum();
        assert!(commands.len() == 2 && keys <= 60, "{filter:?}: {keys} keys in {commands:#?}");
    }
}
