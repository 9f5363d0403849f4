//! Articles: five to twenty blocks of all kinds, three tags, one to four products, an author.

use super::{
    customer::evenly,
    phrase,
    plan::{END, Plan, START, at},
    rng::{For, Stream},
    words::{CODE, FIRST, LAST, TAGS},
    world::{Piece, World},
};
use crate::shop::{Article, ArticleStatus, Block, ProductId};
use std::fmt::Write;

const DAY: i64 = 24 * 3_600_000;

/// Ids and times; nine in ten are published, some days after they were begun.
pub fn heads(plan: &Plan) -> Vec<Piece> {
    let mut stream = Stream::new(plan.seed, For::ArticleHead);
    let count = plan.articles();
    let piece = |i| {
        let since = START + evenly(&mut stream, i, count);
        let published = since + stream.between(3_600_000, 6 * DAY);
        let open = stream.chance(91) && published <= END;
        Piece { id: stream.id(at(since)), since: at(since), published: open.then(|| at(published)) }
    };
    (0..count).map(piece).collect()
}

/// The rows, in order of time.
pub fn rows(world: &World) -> impl Iterator<Item = Article> + Send {
    let mut stream = world.stream(For::Article);
    world.pieces.iter().enumerate().map(move |(i, piece)| {
        let title = phrase::title(&mut stream);
        let mut slug = super::category::slug(&title);
        slug.truncate(80);
        // writing into a string does not fail
        let _ = write!(slug, "{}{i}", if slug.ends_with('-') { "" } else { "-" });
        let products = products(world, &mut stream, piece);
        let count = 5 + stream.below(16);
        Article {
            id: piece.id,
            slug,
            title,
            status: if piece.published.is_some() { ArticleStatus::Published } else { ArticleStatus::Draft },
            tags: tags(&mut stream, 3),
            blocks: (0..count).map(|place| block(&mut stream, place, &products)).collect(),
            author_id: world.person(&mut stream, piece.since).id,
            product_ids: products,
            published_at: piece.published,
            created_at: piece.since,
            version: 1,
        }
    })
}

/// `count` different tags, in the order of the list.
pub fn tags(stream: &mut Stream, count: usize) -> Vec<String> {
    let mut places: Vec<usize> = Vec::with_capacity(count);
    while places.len() < count.min(TAGS.len()) {
        let place = stream.place(TAGS.len());
        if let Err(gap) = places.binary_search(&place) {
            places.insert(gap, place);
        }
    }
    places.into_iter().map(|place| TAGS[place].to_owned()).collect()
}

fn products(world: &World, stream: &mut Stream, piece: &Piece) -> Vec<ProductId> {
    let count = 1 + stream.below(4);
    let mut ids = Vec::with_capacity(4);
    for _ in 0..count {
        let id = world.goods[world.good(stream, piece.since, 0)].id;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn block(stream: &mut Stream, place: u64, products: &[ProductId]) -> Block {
    // every article begins with text
    let kind = if place == 0 { 0 } else { stream.below(100) };
    match kind {
        0..50 => {
            let count = 2 + stream.below(3);
            Block::Paragraph { text: phrase::paragraph(stream, count) }
        }
        50..65 => Block::Heading { level: if stream.chance(70) { 2 } else { 3 }, text: phrase::heading(stream) },
        65..75 => image(stream),
        75..85 => Block::Quote { text: phrase::sentence(stream), attribution: stream.chance(70).then(|| name(stream)) },
        85..95 => Block::ProductEmbed { product_id: stream.pick(products), note: stream.chance(50).then(|| phrase::sentence(stream)) },
        _ => {
            let (language, source) = stream.pick(&CODE);
            Block::Code { language: language.to_owned(), source: source.to_owned() }
        }
    }
}

fn image(stream: &mut Stream) -> Block {
    let mut url = String::with_capacity(48);
    // writing into a string does not fail
    let _ = write!(url, "https://images.example.com/magazine/{}.jpg", stream.between(1, 400));
    Block::Image { url, alt: phrase::sentence(stream), caption: stream.chance(60).then(|| phrase::heading(stream)) }
}

fn name(stream: &mut Stream) -> String {
    let mut name = String::with_capacity(24);
    name.push_str(stream.pick(&FIRST).0);
    name.push(' ');
    name.push_str(stream.pick(&LAST).0);
    name
}
