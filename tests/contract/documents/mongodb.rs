//! What only MongoDB can get wrong: its definitions, and whether its indexes serve what the shop asks.

use super::article::ORDERS;
use crate::{
    contract,
    support::{
        documents_sample::{article, comment, draft, event},
        engines::unique_name,
        sample::{at, id},
    },
};
use futures::TryStreamExt;
use libtest_mimic::Trial;
use mongodb::{
    Client, Database,
    bson::{Document, doc},
};
use polystore::{
    engines::{Limits, mongodb::Mongodb, mongodb::testing::fresh_database},
    error::{Engine, Kind},
    roles::{Activity, Articles, Comments, SchemaState, Store},
    shop::{Article, ArticleFilter, ArticleOrder, ArticleStatus, Audience, CustomerId, Detail, Page, SearchText, Window},
};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Mongodb], "mongodb", fresh;
        an_empty_database_is_behind_and_is_not_migrated_by_asking,
        definitions_of_a_newer_program_are_ahead_and_left_alone,
        an_index_of_an_older_definition_is_dropped_and_an_operators_index_stays,
        a_document_that_breaks_its_validator_is_a_conflict,
        a_read_examines_about_as_many_keys_as_it_returns_rows_and_is_one_command,
    )
}

/// A store, and a way to look behind it.
pub struct Inside {
    pub store: Mongodb,
    pub database: Database,
}

/// A store without definitions.
pub async fn fresh(_: Engine) -> Inside {
    let server = std::env::var("TEST_MONGODB_URL").unwrap();
    let name = unique_name();
    let url = fresh_database(&server, &name).unwrap();
    let store = Mongodb::connect(&url, &Limits { connections: 3 }).await.unwrap();
    Inside { store, database: Client::with_uri_str(&url).await.unwrap().database(&name) }
}

async fn an_empty_database_is_behind_and_is_not_migrated_by_asking(Inside { store, database }: Inside) {
    let SchemaState::Behind(names) = store.schema().await.unwrap() else { panic!("not behind") };
    let definitions = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/mongo-seed/collections")).unwrap().count();
    assert_eq!(names.len(), definitions, "{names:?}");
    assert_eq!(database.list_collection_names().await.unwrap(), [""; 0]);
    store.migrate().await.unwrap();
    assert_eq!(store.schema().await.unwrap(), SchemaState::Current);
}

async fn definitions_of_a_newer_program_are_ahead_and_left_alone(Inside { store, database }: Inside) {
    store.migrate().await.unwrap();
    let ledger = database.collection::<Document>("_polystore_schema");
    ledger.update_one(doc! { "_id": "comments" }, doc! { "$set": { "version": 99_i64 } }).await.unwrap();
    ledger.delete_one(doc! { "_id": "articles" }).await.unwrap();
    assert_eq!(store.schema().await.unwrap(), SchemaState::Ahead(vec!["comments 99".into()]));
    assert!(store.migrate().await.is_err());
    assert_eq!(ledger.count_documents(doc! { "_id": "articles" }).await.unwrap(), 0, "nothing was changed");
}

async fn an_index_of_an_older_definition_is_dropped_and_an_operators_index_stays(Inside { store, database }: Inside) {
    store.migrate().await.unwrap();
    for name in ["ours_once", "operators_own"] {
        let index = doc! { "name": name, "key": { name: 1 } };
        database.run_command(doc! { "createIndexes": "comments", "indexes": [index] }).await.unwrap();
    }
    let older = doc! { "$set": { "version": 0_i64 }, "$push": { "indexes": { "$each": ["ours_once", "gone_already"] } } };
    database.collection::<Document>("_polystore_schema").update_one(doc! { "_id": "comments" }, older).await.unwrap();
    assert!(matches!(store.schema().await.unwrap(), SchemaState::Behind(_)));
    store.migrate().await.unwrap();
    let mut names = database.collection::<Document>("comments").list_index_names().await.unwrap();
    names.sort();
    assert!(names.contains(&"operators_own".to_owned()) && names.contains(&"articleId_createdAt".to_owned()), "{names:?}");
    assert!(!names.contains(&"ours_once".to_owned()), "{names:?}");
}

async fn a_document_that_breaks_its_validator_is_a_conflict(Inside { store, .. }: Inside) {
    store.migrate().await.unwrap();
    let bad = Article { slug: "Not A Slug".into(), ..article(1) };
    // alone and in company: two ways to the server
    for rows in [vec![bad.clone()], vec![article(2), bad]] {
        assert_eq!(store.articles_put(&rows).await.unwrap_err().kind, Kind::Conflict);
    }
}

/// The commands that the store sent while `work` ran, with what they cost, as the server's profiler saw them.
pub async fn profiled(database: &Database, work: impl Future<Output = usize>) -> (usize, Vec<Document>) {
    database.run_command(doc! { "profile": 2 }).await.unwrap();
    let rows = work.await;
    database.run_command(doc! { "profile": 0 }).await.unwrap();
    let profile = database.collection::<Document>("system.profile");
    let ours = doc! { "appName": "polystore" };
    let commands = profile.find(ours).await.unwrap().try_collect().await.unwrap();
    profile.drop().await.unwrap();
    (rows, commands)
}

async fn a_read_examines_about_as_many_keys_as_it_returns_rows_and_is_one_command(Inside { store, database }: Inside) {
    store.migrate().await.unwrap();
    let articles: Vec<_> = (1..=3_000_u128)
        .map(|n| Article {
            tags: vec![format!("t{}", n % 5)],
            author_id: id(n % 3),
            product_ids: vec![id(n % 4), id(10 + n % 7)],
            created_at: at(i64::try_from(n / 2).unwrap()),
            ..if n % 10 == 0 { draft(n) } else { article(n) }
        })
        .collect();
    store.articles_put(&articles).await.unwrap();
    store.comments_put(&(1..=3_000).map(|n| comment(n, n % 2)).collect::<Vec<_>>()).await.unwrap();
    store.activity_put(&(1..=3_000).map(|n| event(n, n % 2)).collect::<Vec<_>>()).await.unwrap();

    let check = |what: String, (rows, commands): (usize, Vec<Document>)| {
        assert_eq!(commands.len(), 1, "{what}: {commands:#?}");
        let keys = commands[0].get_i32("keysExamined").map(i64::from).or_else(|_| commands[0].get_i64("keysExamined")).unwrap();
        assert!(rows > 0 && keys <= 2 * i64::try_from(rows).unwrap() + 10, "{what}: {keys} keys for {rows} rows: {:#?}", commands[0]);
    };
    let middle = &articles[1_500];
    for order in ORDERS {
        for window in [Window::first(20), Window::last(20)] {
            let windows = [
                Window { after: Some(order.key(middle)), ..window.clone() },
                Window { before: Some(order.key(middle)), ..window.clone() },
                window,
            ];
            for window in windows {
                for (tag, status, author_id) in [
                    (None, None, None),
                    (None, Some(ArticleStatus::Draft), None),
                    (Some("t1"), None, None),
                    (Some("t1"), Some(ArticleStatus::Published), None),
                    (None, None, Some(id::<CustomerId>(1))),
                    (None, Some(ArticleStatus::Published), Some(id(1))),
                ] {
                    let filter = ArticleFilter { tag: tag.map(str::to_owned), status, author_id };
                    let page = async {
                        store.articles_page(&filter, order, &window, Detail::Summary, Audience::Everything).await.unwrap().items.len()
                    };
                    check(format!("{filter:?} {order:?} {window:?}"), profiled(&database, page).await);
                }
            }
        }
    }
    let window = Window { after: Some(ArticleOrder::CreatedDesc.key(middle)), ..Window::first(20) };
    let work = async { rows(&store.articles_page_by_products(&[id(1), id(2), id(12)], &window, Detail::Whole).await.unwrap()) };
    check("by products".into(), profiled(&database, work).await);
    let work =
        async { rows(&store.articles_page_by_authors(&[id(0), id(1)], &window, Detail::Whole, Audience::Everything).await.unwrap()) };
    check("by authors".into(), profiled(&database, work).await);
    let work = async { rows(&store.comments_page_by_articles(&[id(0), id(1)], &window).await.unwrap()) };
    check("comments".into(), profiled(&database, work).await);
    let work = async { rows(&store.activity_page_by_customers(&[id(0), id(1)], &window).await.unwrap()) };
    check("activity".into(), profiled(&database, work).await);
    let text = SearchText::parse("article").unwrap();
    let work = async { store.articles_search(&text, 20, Detail::Summary).await.unwrap().len() };
    check("search".into(), profiled(&database, work).await);
}

fn rows<K, T>(pages: &[(K, Page<T>)]) -> usize {
    pages.iter().map(|(_, page)| page.items.len()).sum()
}
