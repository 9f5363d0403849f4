//! Boards that grow: best sellers by pieces, trending boards by views that count less with each step of time.

use super::{Server, at_once, server};
use crate::{
    contract,
    support::{engines::hot, random::Random, sample::id},
};
use libtest_mimic::Trial;
use polystore::{
    engines::{memory::Memory, redis::Redis},
    error::Engine,
    roles::{Hot, Rankings},
    shop::{Board, ProductId, Ranked, Timestamp, TrendingWindow, ranking::OLDEST_STEP},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

const SOLD: Board = Board::BestSellers;
const WINDOW: TrendingWindow = TrendingWindow::Hour;
const TRENDING: Board = Board::Trending(WINDOW);
/// Some step of time.
const STEP: i64 = 2_000_000;

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "ranking", hot;
        pieces_add_up_with_each_other_and_with_what_was_put,
        an_event_that_is_told_again_adds_nothing,
        an_event_counts_once_on_each_board,
        an_event_that_many_tell_at_once_counts_once,
        products_whose_pieces_come_to_nothing_leave_the_board,
        pieces_may_be_returned_before_they_are_sold,
        an_event_without_counts_does_nothing,
        ten_thousand_products_are_added_at_once,
        views_count_half_with_each_step,
        a_late_view_counts_as_if_it_had_come_in_time,
        views_older_than_the_oldest_step_do_not_count,
        a_board_that_slept_for_long_begins_anew,
        a_board_that_never_sleeps_stays_exact,
        views_are_added_to_the_board_that_was_put_as_of_its_time,
        a_score_too_small_to_be_shown_hides_its_product_until_it_grows,
        events_in_any_order_give_the_board_that_is_put_at_once,
    );
    trials.extend(contract!(&[Engine::Redis], "ranking", server;
        both_engines_give_the_same_boards_after_any_events,
        an_event_is_remembered_for_a_day,
        a_board_goes_with_its_steps,
        other_programs_never_see_a_board_with_the_steps_of_another,
    ));
    trials
}

/// A quarter of an hour, counted from 1970, and some minutes of it.
fn at(step: i64) -> Timestamp {
    Timestamp::from_millis(step * 900_000 + step % 7 * 100_000).unwrap()
}

fn counts(rows: &[(u128, i64)]) -> Vec<(ProductId, i64)> {
    rows.iter().map(|&(n, count)| (id(n), count)).collect()
}

fn place(n: u128, rank: u64, score: f64) -> Ranked {
    Ranked { product_id: id(n), rank, score }
}

async fn add(store: &Arc<dyn Hot>, event: u128, board: Board, rows: &[(u128, i64)], step: i64) {
    store.ranking_add(id(event), board, &counts(rows), at(step)).await.unwrap();
}

/// A whole board; each place must be the same when asked for by product.
async fn whole(store: &dyn Rankings, board: Board) -> Vec<Ranked> {
    let top = store.ranking_top(board, u32::MAX).await.unwrap();
    let products: Vec<_> = (1..=60).map(id).collect();
    let mut places = store.ranking_places(board, &products).await.unwrap();
    places.sort_by_key(|place| place.rank);
    let known: Vec<_> = top.iter().copied().filter(|place| products.contains(&place.product_id)).collect();
    assert_eq!(places, known);
    top
}

async fn pieces_add_up_with_each_other_and_with_what_was_put(store: Arc<dyn Hot>) {
    store.ranking_put(SOLD, &[(id(1), 5.0), (id(2), 3.0)], at(STEP)).await.unwrap();
    add(&store, 1, SOLD, &[(2, 4), (3, 6)], STEP).await;
    add(&store, 2, SOLD, &[(3, 1), (1, 1)], STEP - 1_000).await;
    assert_eq!(whole(&*store, SOLD).await, [place(3, 1, 7.0), place(2, 2, 7.0), place(1, 3, 6.0)]);
}

async fn an_event_that_is_told_again_adds_nothing(store: Arc<dyn Hot>) {
    for board in [SOLD, TRENDING] {
        for _ in 0..3 {
            add(&store, 1, board, &[(1, 4)], STEP).await;
            assert_eq!(whole(&*store, board).await, [place(1, 1, 4.0)]);
        }
    }
    // and neither does it after the board was made anew
    store.ranking_put(SOLD, &[(id(1), 4.0)], at(STEP)).await.unwrap();
    add(&store, 1, SOLD, &[(1, 4)], STEP).await;
    assert_eq!(whole(&*store, SOLD).await, [place(1, 1, 4.0)]);
}

async fn an_event_counts_once_on_each_board(store: Arc<dyn Hot>) {
    let boards = TrendingWindow::ALL.map(Board::Trending);
    for board in boards.into_iter().chain([SOLD]) {
        add(&store, 1, board, &[(1, 2)], STEP).await;
    }
    for board in boards.into_iter().chain([SOLD]) {
        assert_eq!(whole(&*store, board).await, [place(1, 1, 2.0)], "{board:?}");
    }
}

async fn an_event_that_many_tell_at_once_counts_once(store: Arc<dyn Hot>) {
    for round in 1..=20 {
        let tell = |n: u128| {
            let store = Arc::clone(&store);
            let event = if n.is_multiple_of(2) { id(round * 100) } else { id(round * 100 + n) };
            async move { store.ranking_add(event, TRENDING, &counts(&[(round, 1)]), at(STEP)).await.unwrap() }
        };
        at_once((0..8).map(tell)).await;
        assert_eq!(store.ranking_places(TRENDING, &[id(round)]).await.unwrap()[0].score, 5.0);
    }
}

async fn products_whose_pieces_come_to_nothing_leave_the_board(store: Arc<dyn Hot>) {
    for board in [SOLD, TRENDING] {
        add(&store, 1, board, &[(1, 4), (2, 1)], STEP).await;
        add(&store, 2, board, &[(1, -4), (3, 0)], STEP).await;
        assert_eq!(whole(&*store, board).await, [place(2, 1, 1.0)]);
        add(&store, 3, board, &[(1, 1)], STEP).await;
        assert_eq!(whole(&*store, board).await, [place(2, 1, 1.0), place(1, 2, 1.0)]);
    }
}

async fn pieces_may_be_returned_before_they_are_sold(store: Arc<dyn Hot>) {
    add(&store, 2, SOLD, &[(1, -4)], STEP).await;
    add(&store, 1, SOLD, &[(1, 4), (2, 2)], STEP).await;
    assert_eq!(whole(&*store, SOLD).await, [place(2, 1, 2.0)]);
}

async fn an_event_without_counts_does_nothing(store: Arc<dyn Hot>) {
    for board in [SOLD, TRENDING] {
        add(&store, 1, board, &[(1, 1)], STEP).await;
        add(&store, 2, board, &[], STEP + 50).await;
        assert_eq!(whole(&*store, board).await, [place(1, 1, 1.0)]);
    }
}

async fn ten_thousand_products_are_added_at_once(store: Arc<dyn Hot>) {
    let rows: Vec<_> = (1..=10_000).map(|n| (n, i64::try_from(n).unwrap())).collect();
    for event in 1..=2 {
        add(&store, event, TRENDING, &rows, STEP).await;
    }
    let top = whole(&*store, TRENDING).await;
    assert_eq!((top.len(), top[0], top[9_999]), (10_000, place(10_000, 1, 20_000.0), place(1, 10_000, 2.0)));
}

async fn views_count_half_with_each_step(store: Arc<dyn Hot>) {
    add(&store, 1, TRENDING, &[(1, 8)], STEP).await;
    add(&store, 2, TRENDING, &[(2, 3)], STEP + 1).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(1, 1, 4.0), place(2, 2, 3.0)]);
    add(&store, 3, TRENDING, &[(1, 1), (3, 1)], STEP + 4).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(1, 1, 1.5), place(3, 2, 1.0), place(2, 3, 0.375)]);
    // within a step nothing fades
    add(&store, 4, TRENDING, &[(2, 1)], STEP + 4).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(1, 1, 1.5), place(2, 2, 1.375), place(3, 3, 1.0)]);
}

async fn a_late_view_counts_as_if_it_had_come_in_time(store: Arc<dyn Hot>) {
    add(&store, 1, TRENDING, &[(1, 1)], STEP + 3).await;
    add(&store, 2, TRENDING, &[(2, 12), (1, 4)], STEP).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(2, 1, 1.5), place(1, 2, 1.5)]);
}

async fn views_older_than_the_oldest_step_do_not_count(store: Arc<dyn Hot>) {
    let many = 1 << 30;
    add(&store, 1, TRENDING, &[(1, 1)], STEP).await;
    add(&store, 2, TRENDING, &[(2, many)], STEP - OLDEST_STEP).await;
    add(&store, 3, TRENDING, &[(3, many), (1, many)], STEP - OLDEST_STEP - 1).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(1, 1, 1.0), place(2, 2, 2_f64.powi(-10))]);
}

async fn a_board_that_slept_for_long_begins_anew(store: Arc<dyn Hot>) {
    let (mut step, mut n) = (STEP, 1);
    for sleep in [41, 100, 201, 1_000, 1_100, 5_000, 60_000] {
        add(&store, n, TRENDING, &[(n, 7), (n + 1, 1)], step).await;
        step += sleep;
        n += 1;
    }
    add(&store, n, TRENDING, &[(50, 2)], step).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(50, 1, 2.0)]);
}

async fn a_board_that_never_sleeps_stays_exact(store: Arc<dyn Hot>) {
    // 1 + 1/8 + 1/64 + …: a new view each third step, for so long that no double could hold the first one's share
    let rounds = 500;
    for n in 0..rounds {
        add(&store, n, TRENDING, &[(1, 1), (2, 4)], STEP + 3 * i64::try_from(n).unwrap()).await;
    }
    let expected = |first: f64| {
        let sum: f64 = (0..=13).map(|n| first * 8_f64.powi(-n)).sum();
        (sum * 1_048_576.0).trunc() / 1_048_576.0
    };
    assert_eq!(whole(&*store, TRENDING).await, [place(2, 1, expected(4.0)), place(1, 2, expected(1.0))]);
}

async fn views_are_added_to_the_board_that_was_put_as_of_its_time(store: Arc<dyn Hot>) {
    add(&store, 1, TRENDING, &[(9, 9)], STEP + 30).await;
    store.ranking_put(TRENDING, &[(id(1), 8.0), (id(2), 3.5)], at(STEP)).await.unwrap();
    assert_eq!(whole(&*store, TRENDING).await, [place(1, 1, 8.0), place(2, 2, 3.5)]);
    add(&store, 2, TRENDING, &[(2, 2)], STEP - 1).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(1, 1, 8.0), place(2, 2, 4.5)]);
    add(&store, 3, TRENDING, &[(3, 1)], STEP + 2).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(1, 1, 2.0), place(2, 2, 1.125), place(3, 3, 1.0)]);
    // an empty board knows no time
    store.ranking_put(TRENDING, &[], at(STEP)).await.unwrap();
    add(&store, 4, TRENDING, &[(4, 1)], STEP - 100).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(4, 1, 1.0)]);
}

async fn a_score_too_small_to_be_shown_hides_its_product_until_it_grows(store: Arc<dyn Hot>) {
    add(&store, 1, TRENDING, &[(1, 1), (2, 1)], STEP).await;
    add(&store, 2, TRENDING, &[(3, 1)], STEP + 20).await;
    let least = 2_f64.powi(-20);
    assert_eq!(whole(&*store, TRENDING).await, [place(3, 1, 1.0), place(2, 2, least), place(1, 3, least)]);
    add(&store, 3, TRENDING, &[(3, 1)], STEP + 21).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(3, 1, 1.5)]);
    assert_eq!(store.ranking_top(TRENDING, 2).await.unwrap(), [place(3, 1, 1.5)]);
    // two halves of what is shown at least
    add(&store, 4, TRENDING, &[(1, 1)], STEP).await;
    assert_eq!(whole(&*store, TRENDING).await, [place(3, 1, 1.5), place(1, 2, least)]);
}

/// An event: counts of products, in a step.
type Event = (Vec<(u128, i64)>, i64);

fn random_events(random: &mut Random, steps: u32) -> Vec<Event> {
    let count = |random: &mut Random| (u128::from(random.below(40) + 1), i64::from(random.below(9) + 1));
    let event = |_| {
        let rows = (0..=random.below(5)).map(|_| count(random)).collect();
        (rows, STEP + i64::from(random.below(steps)))
    };
    (1..=60).map(event).collect()
}

/// The scores of all events as of the newest one, in whole 2^-40ths; and that one's step.
fn by_hand(events: &[Event]) -> (BTreeMap<u128, u64>, i64) {
    let newest = events.iter().map(|(_, step)| *step).max().unwrap();
    let mut scores = BTreeMap::new();
    for (rows, step) in events {
        for (product, count) in rows.iter().filter(|_| newest - step <= OLDEST_STEP) {
            *scores.entry(*product).or_default() += u64::try_from(*count).unwrap() << (OLDEST_STEP - (newest - step));
        }
    }
    (scores, newest)
}

#[expect(clippy::cast_precision_loss, reason = "the numbers are small enough")]
async fn events_in_any_order_give_the_board_that_is_put_at_once(store: Arc<dyn Hot>) {
    let mut random = Random::new(11);
    for (round, window) in (0..6).zip(TrendingWindow::ALL.into_iter().cycle()) {
        let board = Board::Trending(window);
        // steps of this window, all within what counts
        let time = |step: i64| Timestamp::from_millis(step * i64::try_from(window.step().as_millis()).unwrap() + 1).unwrap();
        let events: Vec<_> = random_events(&mut random, 41).into_iter().map(|(rows, step)| (rows, step / 100)).collect();
        store.ranking_put(board, &[], time(0)).await.unwrap();
        // each told once or twice, in any order
        let mut told: Vec<_> = (0..events.len()).chain(0..events.len() / 3).collect();
        random.shuffle(&mut told);
        for index in told {
            let (rows, step) = &events[index];
            store.ranking_add(id(round * 1_000 + index as u128), board, &counts(rows), time(*step)).await.unwrap();
        }
        let (scores, newest) = by_hand(&events);
        let mut expected: Vec<_> = scores.iter().map(|(product, units)| (*units, *product)).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        let shown = |units: u64| (units >> 20) as f64 / 1_048_576.0;
        let expected: Vec<_> = (1..)
            .zip(expected)
            .map(|(rank, (units, product))| place(product, rank, shown(units)))
            .filter(|place| place.score > 0.0)
            .collect();
        assert_eq!(whole(&*store, board).await, expected, "round {round}");
        let put: Vec<_> = scores.iter().map(|(product, units)| (id(*product), *units as f64 / 2_f64.powi(40))).collect();
        store.ranking_put(board, &put, time(newest)).await.unwrap();
        assert_eq!(whole(&*store, board).await, expected, "round {round}");
    }
}

async fn both_engines_give_the_same_boards_after_any_events(server: Server) {
    let (redis, memory) = (&server.store, Memory::new());
    let mut random = Random::new(12);
    let mut event = 0;
    // from boards that are told of one hour to those that sleep for weeks
    for steps in [3, 30, 45, 90, 250, 1_500, 20_000] {
        for (rows, step) in random_events(&mut random, steps) {
            event += 1;
            if event % 37 == 0 {
                let put: Vec<_> =
                    rows.iter().map(|(product, count)| (id(*product), f64::from(i32::try_from(*count).unwrap()) / 8.0)).collect();
                redis.ranking_put(TRENDING, &put, at(step)).await.unwrap();
                memory.ranking_put(TRENDING, &put, at(step)).await.unwrap();
            }
            redis.ranking_add(id(event), TRENDING, &counts(&rows), at(step)).await.unwrap();
            memory.ranking_add(id(event), TRENDING, &counts(&rows), at(step)).await.unwrap();
            if event % 5 == 0 {
                assert_eq!(whole(redis, TRENDING).await, whole(&memory, TRENDING).await, "event {event}");
            }
        }
    }
}

async fn an_event_is_remembered_for_a_day(mut server: Server) {
    server.store.ranking_add(id(1), SOLD, &counts(&[(1, 1)]), at(STEP)).await.unwrap();
    let mark = server.keys().await.into_iter().find(|key| key.starts_with("ranked:")).unwrap();
    let left: i64 = server.ask(&["TTL", &format!("${mark}")]).await;
    assert!((86_000..=86_400).contains(&left), "{left} s");
}

async fn a_board_goes_with_its_steps(mut server: Server) {
    server.store.ranking_put(TRENDING, &[(id(1), 1.0)], at(STEP)).await.unwrap();
    assert_eq!(server.keys().await, ["board:trending:hour", "board:trending:hour:steps"]);
    server.store.ranking_put(TRENDING, &[], at(STEP)).await.unwrap();
    assert!(server.keys().await.is_empty());
    // a server that evicts may take one of the two
    server.store.ranking_put(TRENDING, &[(id(1), 4.0)], at(STEP)).await.unwrap();
    server.ask::<()>(&["DEL", "$board:trending:hour:steps"]).await;
    server.store.ranking_add(id(1), TRENDING, &counts(&[(1, 1)]), at(STEP + 9)).await.unwrap();
    assert_eq!(whole(&server.store, TRENDING).await, [place(1, 1, 5.0)]);
}

async fn other_programs_never_see_a_board_with_the_steps_of_another(server: Server) {
    let writer = Redis::connect(&super::server_url(), &server.prefix).await.unwrap();
    let over = AtomicBool::new(false);
    let write = async {
        for round in 0..150 {
            writer.ranking_put(TRENDING, &[(id(1), 16.0)], at(STEP)).await.unwrap();
            writer.ranking_add(id(round), TRENDING, &counts(&[(2, 1)]), at(STEP + 3)).await.unwrap();
        }
        over.store(true, SeqCst);
    };
    let read = async {
        let states = [vec![place(1, 1, 16.0)], vec![place(1, 1, 2.0), place(2, 2, 1.0)]];
        while !over.load(SeqCst) {
            let top = server.store.ranking_top(TRENDING, 10).await.unwrap();
            assert!(top.is_empty() || states.contains(&top), "{top:?}");
            let places = server.store.ranking_places(TRENDING, &[id(1), id(2)]).await.unwrap();
            assert!(places.is_empty() || states.contains(&places), "{places:?}");
        }
    };
    futures::join!(write, read);
}
