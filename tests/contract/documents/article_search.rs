//! Search: the same rows in the same order from every engine.

use super::ENGINES;
use crate::{
    contract,
    support::{
        documents_sample::{article, draft},
        engines::documents,
        sample::at,
    },
};
use libtest_mimic::Trial;
use polystore::{
    roles::Documents,
    shop::{Article, Block, Detail, SearchText},
};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(ENGINES, "article", documents;
        search_finds_whole_words_only,
        search_needs_all_words_wherever_they_stand,
        search_ignores_letter_case_and_heeds_accents,
        search_knows_words_of_many_scripts_and_marks,
        search_looks_at_paragraphs_headings_and_quotes,
        search_puts_titles_first_then_the_newest,
        search_gives_at_most_the_limit,
        search_never_finds_drafts,
    )
}

fn written(n: u128, title: &str, body: &str) -> Article {
    Article { title: title.into(), blocks: vec![Block::Paragraph { text: body.into() }], ..article(n) }
}

/// The numbers of the articles that a search finds, in its order.
async fn found(store: &Arc<dyn Documents>, text: &str) -> Vec<u128> {
    let text = SearchText::parse(text).unwrap();
    let found = store.articles_search(&text, 100, Detail::Summary).await.unwrap();
    found.iter().map(|article| article.id.uuid().as_u128() & 0xffff_ffff).collect()
}

async fn search_finds_whole_words_only(store: Arc<dyn Documents>) {
    let all = [written(1, "Apple tree", "in the garden"), written(2, "Pineapples", "treehouse"), written(3, "gardening", "apples, trees")];
    store.articles_put(&all).await.unwrap();
    assert_eq!(found(&store, "apple").await, [1]);
    assert_eq!(found(&store, "tree").await, [1]);
    assert_eq!(found(&store, "garden").await, [1]);
    assert_eq!(found(&store, "apples").await, [3]);
    assert_eq!(found(&store, "app").await, [0; 0]);
    assert_eq!(found(&store, "the").await, [1], "no word is too common to be searched for");
}

async fn search_needs_all_words_wherever_they_stand(store: Arc<dyn Documents>) {
    let all = [written(1, "Red", "green and blue"), written(2, "Red green", "blueish"), written(3, "Grey", "blue, green; red")];
    store.articles_put(&all).await.unwrap();
    assert_eq!(found(&store, "red green blue").await, [3, 1]);
    assert_eq!(found(&store, "blue red").await, [3, 1]);
    assert_eq!(found(&store, "red green").await, [2, 3, 1]);
    assert_eq!(found(&store, "red violet").await, [0; 0]);
    assert_eq!(found(&store, "green -red").await, [2, 3, 1], "a minus is no operator");
    assert_eq!(found(&store, "\"blue green\"").await, [3, 1], "quotes are no operator");
}

async fn search_ignores_letter_case_and_heeds_accents(store: Arc<dyn Documents>) {
    let all = [written(1, "Crème BRÛLÉE", "Ärger"), written(2, "Creme brulee", "Arger"), written(3, "CRÈME", "x")];
    store.articles_put(&all).await.unwrap();
    assert_eq!(found(&store, "crème").await, [3, 1]);
    assert_eq!(found(&store, "CREME").await, [2]);
    assert_eq!(found(&store, "brûlée ärger").await, [1]);
    assert_eq!(found(&store, "ARGER").await, [2]);
}

async fn search_knows_words_of_many_scripts_and_marks(store: Arc<dyn Documents>) {
    let all = [written(1, "It's e-mail_2: C3PO", "Привет, МИР!"), written(2, "3.14 o'clock", "日本語 🌱text")];
    store.articles_put(&all).await.unwrap();
    for (text, wanted) in [
        ("mail", 1),
        ("2", 1),
        ("it", 1),
        ("s", 1),
        ("c3po", 1),
        ("мир", 1),
        ("привет", 1),
        ("14", 2),
        ("clock", 2),
        ("日本語", 2),
        ("text", 2),
    ] {
        assert_eq!(found(&store, text).await, [wanted], "{text}");
    }
    assert_eq!(found(&store, "日本").await, [0; 0]);
}

async fn search_looks_at_paragraphs_headings_and_quotes(store: Arc<dyn Documents>) {
    let blocks = vec![
        Block::Paragraph { text: "inparagraph".into() },
        Block::Heading { level: 1, text: "inheading".into() },
        Block::Quote { text: "inquote".into(), attribution: Some("inattribution".into()) },
        Block::Code { language: "inlanguage".into(), source: "insource".into() },
        Block::Image { url: "inurl".into(), alt: "inalt".into(), caption: Some("incaption".into()) },
        Block::ProductEmbed { product_id: crate::support::sample::id(1), note: Some("innote".into()) },
    ];
    store.articles_put(&[Article { blocks, tags: vec!["intag".into()], ..article(1) }]).await.unwrap();
    for word in ["inparagraph", "inheading", "inquote", "inparagraph inquote article"] {
        assert_eq!(found(&store, word).await, [1], "{word}");
    }
    for word in ["inattribution", "inlanguage", "insource", "inurl", "inalt", "incaption", "innote", "intag", "paragraph", "type"] {
        assert_eq!(found(&store, word).await, [0; 0], "{word}");
    }
}

async fn search_puts_titles_first_then_the_newest(store: Arc<dyn Documents>) {
    let made = |n, title, body, minute| Article { created_at: at(minute), ..written(n, title, body) };
    let all = [
        made(1, "Roses", "x", 1),
        made(2, "x", "roses", 9),
        made(3, "Wild roses", "roses roses", 5),
        made(4, "x", "all about roses", 9),
        made(5, "Roses again", "x", 5),
        made(6, "Tulips", "no such flower", 10),
        made(7, "Tulips", "and roses", 11),
    ];
    store.articles_put(&all).await.unwrap();
    assert_eq!(found(&store, "roses").await, [5, 3, 1, 7, 4, 2]);
    // only those with all words in the title come first
    assert_eq!(found(&store, "roses about").await, [4]);
    assert_eq!(found(&store, "wild x roses").await, [0; 0]);
    assert_eq!(found(&store, "roses x").await, [4, 2, 5, 1]);
}

async fn search_gives_at_most_the_limit(store: Arc<dyn Documents>) {
    let mut all: Vec<_> = (1..=10).map(|n| written(n, "Roses", "x")).collect();
    all.extend((11..=20).map(|n| written(n, "x", "roses")));
    store.articles_put(&all).await.unwrap();
    let text = SearchText::parse("roses").unwrap();
    for (limit, wanted) in [(1, 1), (10, 10), (13, 13), (100, 20)] {
        let found = store.articles_search(&text, limit, Detail::Summary).await.unwrap();
        assert_eq!(found.len(), wanted);
        let in_title = found.iter().take_while(|article| article.title == "Roses").count();
        assert_eq!(in_title, wanted.min(10));
    }
}

async fn search_never_finds_drafts(store: Arc<dyn Documents>) {
    store.articles_put(&[Article { title: "Roses".into(), ..draft(1) }, written(2, "x", "roses")]).await.unwrap();
    assert_eq!(found(&store, "roses").await, [2]);
    // published, then found; withdrawn, then gone
    store.articles_put(&[written(1, "Roses", "x")]).await.unwrap();
    assert_eq!(found(&store, "roses").await, [1, 2]);
    store.articles_put(&[Article { title: "Roses".into(), ..draft(1) }]).await.unwrap();
    assert_eq!(found(&store, "roses").await, [2]);
}
