use crate::{
    contract,
    support::{engines::hot, sample::id},
};
use libtest_mimic::Trial;
use polystore::{
    error::Kind,
    roles::Hot,
    shop::{Board, ProductId, Ranked, Timestamp, TrendingWindow},
};
use std::sync::Arc;

const BOARD: Board = Board::BestSellers;

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "ranking", hot;
        a_board_that_was_never_put_is_empty,
        the_best_come_first_and_ranks_begin_at_one,
        equal_scores_are_ordered_by_id_descending_and_do_not_share_a_rank,
        a_limit_cuts_the_board,
        places_are_those_of_the_whole_board,
        products_that_are_not_on_the_board_are_left_out,
        a_product_asked_for_twice_has_one_place,
        a_new_board_replaces_the_old_one_whole,
        an_empty_board_replaces_the_old_one,
        putting_the_same_board_twice_is_the_same_as_once,
        of_two_scores_for_one_product_the_last_one_stays,
        the_four_boards_are_apart,
        scores_are_exact,
        a_score_that_is_not_a_number_is_refused_and_changes_nothing,
        empty_lists_do_nothing,
        ten_thousand_products_are_ranked,
        readers_see_the_old_board_or_the_new_one,
    )
}

fn scores(rows: &[(u128, f64)]) -> Vec<(ProductId, f64)> {
    rows.iter().map(|&(n, score)| (id(n), score)).collect()
}

fn place(n: u128, rank: u64, score: f64) -> Ranked {
    Ranked { product_id: id(n), rank, score }
}

async fn places(store: &Arc<dyn Hot>, products: &[u128]) -> Vec<Ranked> {
    let products: Vec<_> = products.iter().map(|&n| id(n)).collect();
    let mut found = store.ranking_places(BOARD, &products).await.unwrap();
    found.sort_by_key(|place| place.rank);
    found
}

async fn a_board_that_was_never_put_is_empty(store: Arc<dyn Hot>) {
    assert_eq!(store.ranking_top(BOARD, 10).await.unwrap(), []);
    assert_eq!(places(&store, &[1]).await, []);
}

async fn the_best_come_first_and_ranks_begin_at_one(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 5.0), (2, 9.0), (3, -7.0), (4, 0.0)]), Timestamp::now()).await.unwrap();
    let expected = [place(2, 1, 9.0), place(1, 2, 5.0), place(4, 3, 0.0), place(3, 4, -7.0)];
    assert_eq!(store.ranking_top(BOARD, 10).await.unwrap(), expected);
}

async fn equal_scores_are_ordered_by_id_descending_and_do_not_share_a_rank(store: Arc<dyn Hot>) {
    // 9, 10, 31, 32 and 33 go over the borders of the id's alphabet
    store
        .ranking_put(
            BOARD,
            &scores(&[(10, 1.0), (33, 1.0), (9, 1.0), (32, 1.0), (31, 1.0), (1, 2.0), (5, 0.0), (6, -0.0)]),
            Timestamp::now(),
        )
        .await
        .unwrap();
    let order = [1, 33, 32, 31, 10, 9, 6, 5];
    let found = store.ranking_top(BOARD, 10).await.unwrap();
    assert_eq!(found.iter().map(|place| place.product_id).collect::<Vec<_>>(), order.map(id::<ProductId>));
    assert!(found.iter().map(|place| place.rank).eq(1..=8));
    assert_eq!(places(&store, &order).await, found);
}

async fn a_limit_cuts_the_board(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0), (2, 2.0), (3, 3.0)]), Timestamp::now()).await.unwrap();
    assert_eq!(store.ranking_top(BOARD, 2).await.unwrap(), [place(3, 1, 3.0), place(2, 2, 2.0)]);
    assert_eq!(store.ranking_top(BOARD, 0).await.unwrap(), []);
    assert_eq!(store.ranking_top(BOARD, u32::MAX).await.unwrap().len(), 3);
}

async fn places_are_those_of_the_whole_board(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)]), Timestamp::now()).await.unwrap();
    assert_eq!(places(&store, &[1, 3]).await, [place(3, 2, 3.0), place(1, 4, 1.0)]);
}

async fn products_that_are_not_on_the_board_are_left_out(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0)]), Timestamp::now()).await.unwrap();
    assert_eq!(places(&store, &[2, 1, 3]).await, [place(1, 1, 1.0)]);
}

async fn a_product_asked_for_twice_has_one_place(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0)]), Timestamp::now()).await.unwrap();
    assert_eq!(places(&store, &[1, 1]).await, [place(1, 1, 1.0)]);
}

async fn a_new_board_replaces_the_old_one_whole(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0), (2, 2.0)]), Timestamp::now()).await.unwrap();
    store.ranking_put(BOARD, &scores(&[(2, 5.0), (3, 4.0)]), Timestamp::now()).await.unwrap();
    assert_eq!(store.ranking_top(BOARD, 10).await.unwrap(), [place(2, 1, 5.0), place(3, 2, 4.0)]);
    assert_eq!(places(&store, &[1]).await, []);
}

async fn an_empty_board_replaces_the_old_one(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0)]), Timestamp::now()).await.unwrap();
    store.ranking_put(BOARD, &[], Timestamp::now()).await.unwrap();
    assert_eq!(store.ranking_top(BOARD, 10).await.unwrap(), []);
}

async fn putting_the_same_board_twice_is_the_same_as_once(store: Arc<dyn Hot>) {
    for _ in 0..2 {
        store.ranking_put(BOARD, &scores(&[(1, 1.0), (2, 2.0)]), Timestamp::now()).await.unwrap();
        assert_eq!(store.ranking_top(BOARD, 10).await.unwrap(), [place(2, 1, 2.0), place(1, 2, 1.0)]);
    }
}

async fn of_two_scores_for_one_product_the_last_one_stays(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0), (1, 3.0), (2, 2.0)]), Timestamp::now()).await.unwrap();
    assert_eq!(store.ranking_top(BOARD, 10).await.unwrap(), [place(1, 1, 3.0), place(2, 2, 2.0)]);
}

async fn the_four_boards_are_apart(store: Arc<dyn Hot>) {
    let windows = [TrendingWindow::Hour, TrendingWindow::Day, TrendingWindow::Week];
    let boards: Vec<_> = windows.into_iter().map(Board::Trending).chain([BOARD]).collect();
    for (n, &board) in (1..).zip(&boards) {
        store.ranking_put(board, &scores(&[(n, 1.0)]), Timestamp::now()).await.unwrap();
    }
    for (n, &board) in (1..).zip(&boards) {
        assert_eq!(store.ranking_top(board, 10).await.unwrap(), [place(n, 1, 1.0)]);
    }
}

async fn scores_are_exact(store: Arc<dyn Hot>) {
    let exact = [9_007_199_254_740_992.0, 9_007_199_254_740_991.0, 0.1 + 0.2, 1e-300];
    store.ranking_put(BOARD, &scores(&[(1, exact[0]), (2, exact[1]), (3, exact[2]), (4, exact[3])]), Timestamp::now()).await.unwrap();
    let found = store.ranking_top(BOARD, 10).await.unwrap();
    assert_eq!(found.iter().map(|place| place.score.to_bits()).collect::<Vec<_>>(), exact.map(f64::to_bits));
    assert_eq!(places(&store, &[1, 2, 3, 4]).await, found);
}

async fn a_score_that_is_not_a_number_is_refused_and_changes_nothing(store: Arc<dyn Hot>) {
    store.ranking_put(BOARD, &scores(&[(1, 1.0)]), Timestamp::now()).await.unwrap();
    let error = store.ranking_put(BOARD, &scores(&[(2, 2.0), (3, f64::NAN)]), Timestamp::now()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!(store.ranking_top(BOARD, 10).await.unwrap(), [place(1, 1, 1.0)]);
}

async fn empty_lists_do_nothing(store: Arc<dyn Hot>) {
    assert_eq!(store.ranking_places(BOARD, &[]).await.unwrap(), []);
}

async fn ten_thousand_products_are_ranked(store: Arc<dyn Hot>) {
    let rows: Vec<_> = (1..=10_000_u32).map(|n| (u128::from(n), f64::from(n))).collect();
    store.ranking_put(BOARD, &scores(&rows), Timestamp::now()).await.unwrap();
    let top = store.ranking_top(BOARD, 20_000).await.unwrap();
    assert_eq!(top.len(), 10_000);
    assert_eq!((top[0], top[9_999]), (place(10_000, 1, 10_000.0), place(1, 10_000, 1.0)));
    assert_eq!(places(&store, &[1, 5_000]).await, [place(5_000, 5_001, 5_000.0), place(1, 10_000, 1.0)]);
}

async fn readers_see_the_old_board_or_the_new_one(store: Arc<dyn Hot>) {
    let old: Vec<_> = (1..=3_000_u32).map(|n| (u128::from(n), f64::from(n))).collect();
    let new: Vec<_> = (1..=3_000_u32).map(|n| (u128::from(n), 10_000.0 - f64::from(n))).collect();
    store.ranking_put(BOARD, &scores(&old), Timestamp::now()).await.unwrap();
    let writer = async {
        for _ in 0..10 {
            store.ranking_put(BOARD, &scores(&new), Timestamp::now()).await.unwrap();
            store.ranking_put(BOARD, &scores(&old), Timestamp::now()).await.unwrap();
        }
    };
    let reader = async {
        for _ in 0..40 {
            let top = store.ranking_top(BOARD, 5_000).await.unwrap();
            assert_eq!(top.len(), 3_000);
            assert!([place(3_000, 1, 3_000.0), place(1, 1, 9_999.0)].contains(&top[0]), "{:?}", top[0]);
            let found = places(&store, &[1]).await;
            assert!([place(1, 3_000, 1.0), place(1, 1, 9_999.0)].contains(&found[0]), "{found:?}");
        }
    };
    futures::join!(writer, reader);
}
