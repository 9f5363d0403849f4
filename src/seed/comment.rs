//! Comments on published articles: heads first, words from a stream of their own, as with orders.

use super::{
    phrase,
    plan::{END, at},
    rng::For,
    world::{Piece, World},
};
use crate::shop::{ArticleId, Comment, CommentId, CustomerId, Timestamp};

const DAY: i64 = 24 * 3_600_000;

/// A comment without its words.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub id: CommentId,
    pub article: ArticleId,
    pub author: CustomerId,
    pub at: Timestamp,
}

/// The heads, in no order of time.
pub fn heads(world: &World) -> impl Iterator<Item = Head> + Send {
    let mut stream = world.stream(For::CommentHead);
    let open: Vec<&Piece> = world.pieces.iter().filter(|piece| piece.published.is_some()).collect();
    (0..world.plan.comments()).map_while(move |_| {
        // none without published articles, and every scale has some
        let piece = open.get(stream.place(open.len()))?;
        let published = piece.published?.millis();
        let at = at(published + stream.between(0, (END - published).min(30 * DAY)));
        Some(Head { id: stream.id(at), article: piece.id, author: world.person(&mut stream, at).id, at })
    })
}

/// The rows.
pub fn rows(world: &World) -> impl Iterator<Item = Comment> + Send {
    let mut stream = world.stream(For::Comment);
    heads(world).map(move |head| Comment {
        id: head.id,
        article_id: head.article,
        author_id: head.author,
        body: phrase::remark(&mut stream),
        created_at: head.at,
    })
}
