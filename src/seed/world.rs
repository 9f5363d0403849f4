//! What rows of different kinds must know of one another: ids and times, in memory, a few dozen bytes a row.
//! Everything else is made when its chunk is written.

use super::{
    article, customer,
    plan::Plan,
    product,
    rng::{For, Stream},
};
use crate::shop::{ArticleId, CustomerId, ProductId, Timestamp};

/// A customer's head.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub id: CustomerId,
    pub since: Timestamp,
}

/// A product's head.
#[derive(Clone, Copy, Debug)]
pub struct Good {
    pub id: ProductId,
    pub since: Timestamp,
    pub price: i64,
}

/// An article's head.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub id: ArticleId,
    pub since: Timestamp,
    pub published: Option<Timestamp>,
}

/// All heads, each list ordered by time.
pub struct World {
    pub plan: Plan,
    pub people: Vec<Person>,
    pub goods: Vec<Good>,
    pub pieces: Vec<Piece>,
    popularity: Popularity,
}

impl World {
    pub fn new(plan: Plan) -> Self {
        let goods = product::heads(&plan);
        let popularity = Popularity::new(goods.len(), &mut Stream::new(plan.seed, For::Popularity));
        Self { plan, people: customer::heads(&plan), goods, pieces: article::heads(&plan), popularity }
    }

    pub fn stream(&self, what: For) -> Stream {
        Stream::new(self.plan.seed, what)
    }

    /// Somebody who had an account at that time; every tenth customer comes back again and again.
    pub fn person(&self, stream: &mut Stream, at: Timestamp) -> &Person {
        let known = self.people.partition_point(|person| person.since <= at).max(1);
        let place = stream.place(known);
        &self.people[if stream.chance(40) { place / 10 * 10 } else { place }]
    }

    /// A product that was for sale at that time: popular ones much more often (the n-th most popular one about 1/n times as often).
    /// Another `fashion` has other popular products.
    pub fn good(&self, stream: &mut Stream, at: Timestamp, fashion: usize) -> usize {
        let known = self.goods.partition_point(|good| good.since <= at).max(1);
        self.popularity.pick(stream, fashion) % known
    }

    /// An article that was open to readers at that time, if the search for one does not take too long.
    pub fn piece(&self, stream: &mut Stream, at: Timestamp) -> Option<&Piece> {
        let known = self.pieces.partition_point(|piece| piece.since <= at);
        // the smaller of two draws, counted from the newest: news is read more
        let back = stream.place(known).min(stream.place(known));
        let open = |piece: &&Piece| piece.published.is_some_and(|published| published <= at);
        self.pieces[..known].iter().rev().skip(back).take(20).find(open)
    }
}

struct Popularity {
    /// Sums of weights by rank.
    sums: Vec<u64>,
    /// Which product has which rank.
    order: Vec<u32>,
}

impl Popularity {
    fn new(products: usize, stream: &mut Stream) -> Self {
        // whole numbers: logarithms and powers are not the same on every machine
        let mut sum = 0;
        let sums = (0..products as u64).map(|rank| {
            sum += 10_000_000_000 / (rank + 3);
            sum
        });
        let sums = sums.collect();
        let mut order: Vec<u32> = (0..).take(products).collect();
        for i in (1..products).rev() {
            order.swap(i, stream.place(i + 1));
        }
        Self { sums, order }
    }

    fn pick(&self, stream: &mut Stream, fashion: usize) -> usize {
        let all = self.sums.last().copied().unwrap_or_default();
        let drawn = stream.below(all);
        let rank = self.sums.partition_point(|sum| *sum <= drawn);
        self.order[(rank + fashion * self.order.len() / 7) % self.order.len()] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::plan::{END, Scale, at};

    fn world() -> World {
        World::new(Plan { scale: Scale::DEMO, seed: 7 })
    }

    #[test]
    fn heads_come_in_order_of_time() {
        let world = world();
        assert!(world.people.is_sorted_by_key(|person| person.since));
        assert!(world.goods.is_sorted_by_key(|good| good.since));
        assert!(world.pieces.is_sorted_by_key(|piece| piece.since));
    }

    #[test]
    fn a_few_products_get_most_of_the_attention() {
        let world = world();
        let mut stream = world.stream(For::Views);
        let mut counts = vec![0; world.goods.len()];
        (0..10_000).for_each(|_| counts[world.good(&mut stream, at(END), 0)] += 1);
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let tenth: i32 = counts[..counts.len() / 10].iter().sum();
        assert!((4_000..8_000).contains(&tenth), "{tenth} of 10,000 draws for a tenth of the products");
    }
}
