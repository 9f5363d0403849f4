use super::{Server, at_once, server};
use crate::{
    contract,
    support::{engines::hot, random::Random},
};
use libtest_mimic::Trial;
use polystore::{
    error::{Engine, Kind},
    roles::{Hot, RateLimits},
    shop::Rate,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "rate", hot;
        buckets_give_what_the_table_says,
        random_costs_are_answered_as_if_counted_by_hand,
        a_cost_of_zero_only_looks,
        a_cost_above_the_burst_is_never_allowed,
        a_refusal_takes_nothing_and_says_when_to_come_again,
        who_comes_again_at_the_time_told_is_served,
        a_bucket_is_full_again_after_its_period,
        the_last_of_a_bucket_goes_to_one_of_many,
        buckets_are_apart_whatever_their_names,
        a_rate_that_changed_keeps_the_time_until_the_bucket_is_full,
        a_rate_out_of_its_bounds_is_refused,
        what_is_given_back_can_be_taken_again_and_never_more_than_the_burst,
        what_is_given_back_stays_although_the_cost_is_refused,
        what_is_given_back_by_many_at_once_is_all_there,
    );
    trials.extend(contract!(&[Engine::Redis], "rate", server;
        an_unused_bucket_takes_no_room_after_its_period,
        looks_and_refusals_leave_nothing_behind,
        a_bucket_that_got_everything_back_takes_no_room,
        the_time_of_a_bucket_is_the_servers,
        a_bucket_that_holds_something_else_is_an_error,
    ));
    trials
}

fn rate(burst: u32, period: Duration) -> Rate {
    Rate { burst, period }
}

/// Burst, then each cost with whether it is allowed and what remains. The period is a day: while the test runs nothing flows back.
type Row = (u32, &'static [(u32, bool, u32)]);

const TABLE: &[Row] = &[
    (1, &[(1, true, 0), (1, false, 0), (0, true, 0)]),
    (5, &[(0, true, 5), (1, true, 4), (1, true, 3), (4, false, 3), (3, true, 0), (1, false, 0)]),
    (7, &[(7, true, 0), (7, false, 0)]),
    (7, &[(3, true, 4), (3, true, 1), (2, false, 1), (1, true, 0)]),
    (1_000, &[(1_001, false, 1_000), (999, true, 1), (2, false, 1), (1, true, 0)]),
];

async fn buckets_give_what_the_table_says(store: Arc<dyn Hot>) {
    for (n, &(burst, takes)) in TABLE.iter().enumerate() {
        let begin = Instant::now();
        let (mut used, whole) = (0_u32, DAY.as_secs_f64());
        for &(cost, allowed, remaining) in takes {
            let taken = store.rate_take(&format!("bucket {n}"), rate(burst, DAY), cost).await.unwrap();
            assert_eq!((taken.allowed, taken.remaining), (allowed, remaining), "{cost} of {burst}: {taken:?}");
            used += if allowed { cost } else { 0 };
            // how far a time may be from what it would be if no time had passed
            let near = |time: Duration, parts: u32| {
                let (time, expected) = (time.as_secs_f64(), whole * f64::from(parts) / f64::from(burst));
                expected - begin.elapsed().as_secs_f64() - 0.001 <= time && time <= expected + 0.001
            };
            assert!(near(taken.full_after, used), "{cost} of {burst}: {taken:?}");
            match (allowed, cost > burst) {
                (true, _) => assert_eq!(taken.retry_after, Duration::ZERO),
                (false, true) => assert_eq!(taken.retry_after, Duration::MAX),
                (false, false) => assert!(near(taken.retry_after, used + cost - burst), "{cost} of {burst}: {taken:?}"),
            }
        }
    }
}

async fn random_costs_are_answered_as_if_counted_by_hand(store: Arc<dyn Hot>) {
    let mut random = Random::new(7);
    for n in 0..20 {
        let burst = random.below(300) + 1;
        let mut left = burst;
        for _ in 0..25 {
            let cost = random.below(burst / 5 + 3);
            let allowed = cost <= left;
            left -= if allowed { cost } else { 0 };
            let taken = store.rate_take(&format!("bucket {n}"), rate(burst, DAY), cost).await.unwrap();
            assert_eq!((taken.allowed, taken.remaining), (allowed, left), "bucket {n}: {cost} of {burst}");
        }
    }
}

async fn a_cost_of_zero_only_looks(store: Arc<dyn Hot>) {
    for _ in 0..3 {
        let taken = store.rate_take("a", rate(3, DAY), 0).await.unwrap();
        assert_eq!((taken.allowed, taken.remaining, taken.retry_after, taken.full_after), (true, 3, Duration::ZERO, Duration::ZERO));
    }
    store.rate_take("a", rate(3, DAY), 3).await.unwrap();
    for _ in 0..3 {
        let taken = store.rate_take("a", rate(3, DAY), 0).await.unwrap();
        assert_eq!((taken.allowed, taken.remaining), (true, 0));
        assert!(taken.full_after <= DAY && taken.full_after > DAY - Duration::from_secs(60), "{taken:?}");
    }
}

async fn a_cost_above_the_burst_is_never_allowed(store: Arc<dyn Hot>) {
    for cost in [4, u32::MAX] {
        let taken = store.rate_take("a", rate(3, DAY), cost).await.unwrap();
        assert_eq!((taken.allowed, taken.remaining, taken.retry_after), (false, 3, Duration::MAX));
    }
    assert!(store.rate_take("a", rate(3, DAY), 3).await.unwrap().allowed);
}

async fn a_refusal_takes_nothing_and_says_when_to_come_again(store: Arc<dyn Hot>) {
    store.rate_take("a", rate(4, DAY), 4).await.unwrap();
    for _ in 0..5 {
        let taken = store.rate_take("a", rate(4, DAY), 2).await.unwrap();
        assert!(!taken.allowed);
        assert!(taken.retry_after <= DAY / 2 && taken.retry_after > DAY / 2 - Duration::from_secs(60), "{taken:?}");
    }
}

async fn who_comes_again_at_the_time_told_is_served(store: Arc<dyn Hot>) {
    // a burst that does not divide the period: parts of microseconds count
    let rate = rate(7, Duration::from_millis(700));
    store.rate_take("a", rate, 7).await.unwrap();
    for _ in 0..4 {
        let taken = store.rate_take("a", rate, 2).await.unwrap();
        if !taken.allowed {
            assert!(taken.retry_after <= Duration::from_millis(200), "{taken:?}");
            tokio::time::sleep(taken.retry_after).await;
            assert!(store.rate_take("a", rate, 2).await.unwrap().allowed);
        }
    }
}

async fn a_bucket_is_full_again_after_its_period(store: Arc<dyn Hot>) {
    let rate = rate(3, Duration::from_millis(100));
    for _ in 0..3 {
        let taken = store.rate_take("a", rate, 3).await.unwrap();
        assert!(taken.allowed && taken.full_after <= rate.period, "{taken:?}");
        tokio::time::sleep(taken.full_after).await;
        assert_eq!(store.rate_take("a", rate, 0).await.unwrap().remaining, 3);
    }
}

async fn the_last_of_a_bucket_goes_to_one_of_many(store: Arc<dyn Hot>) {
    for round in 0..5 {
        let bucket = format!("bucket {round}");
        let take = |_| {
            let (store, bucket) = (Arc::clone(&store), bucket.clone());
            async move {
                (
                    store.rate_take(&bucket, rate(10, DAY), 1).await.unwrap().allowed,
                    store.rate_take(&bucket, rate(10, DAY), 1).await.unwrap().allowed,
                )
            }
        };
        let taken: usize = at_once((0..12).map(take)).await.into_iter().map(|(one, two)| usize::from(one) + usize::from(two)).sum();
        assert_eq!(taken, 10);
    }
}

async fn buckets_are_apart_whatever_their_names(store: Arc<dyn Hot>) {
    for bucket in ["", " ", "*", "a:b", "{a}", "line\r\nend", "nul\0nul", "caf\u{e9} \u{1f600}", "1 2"] {
        assert!(store.rate_take(bucket, rate(1, DAY), 1).await.unwrap().allowed, "{bucket:?}");
        assert!(!store.rate_take(bucket, rate(1, DAY), 1).await.unwrap().allowed, "{bucket:?}");
    }
}

async fn a_rate_that_changed_keeps_the_time_until_the_bucket_is_full(store: Arc<dyn Hot>) {
    let (minute, near) = (Duration::from_secs(60), Duration::from_secs(20));
    store.rate_take("a", rate(1_000_000, DAY), 999_999).await.unwrap();
    let taken = store.rate_take("a", rate(10, minute), 1).await.unwrap();
    assert!(!taken.allowed && taken.remaining < 4, "{taken:?}");
    assert!(taken.full_after <= minute && taken.full_after > minute - near, "{taken:?}");
    store.rate_take("b", rate(6, minute), 3).await.unwrap();
    // half a minute until it is full is half of this one too
    let taken = store.rate_take("b", rate(4, minute), 0).await.unwrap();
    assert!(taken.allowed && (2..4).contains(&taken.remaining), "{taken:?}");
}

async fn a_rate_out_of_its_bounds_is_refused(store: Arc<dyn Hot>) {
    for (burst, period) in
        [(0, DAY), (1, Duration::ZERO), (1, Duration::from_micros(999)), (1, DAY + Duration::from_millis(1)), (1, Duration::MAX)]
    {
        assert_eq!(store.rate_take("a", rate(burst, period), 1).await.unwrap_err().kind, Kind::Broken, "{burst} in {period:?}");
    }
    for (burst, period) in [(u32::MAX, DAY), (u32::MAX, Duration::from_millis(1)), (1, Duration::from_millis(1))] {
        let taken = store.rate_take(&format!("{burst} in {period:?}"), rate(burst, period), burst).await.unwrap();
        assert!(taken.allowed && taken.full_after <= period, "{taken:?}");
    }
}

async fn what_is_given_back_can_be_taken_again_and_never_more_than_the_burst(store: Arc<dyn Hot>) {
    // what is given back, what is taken, and what remains
    let table = [(0, 5, true, 2), (3, 0, true, 5), (1, 6, true, 0), (0, 1, false, 0), (2, 2, true, 0), (100, 0, true, 7), (1, 8, false, 7)];
    for (back, cost, allowed, remaining) in table {
        let taken = store.rate_exchange("a", rate(7, DAY), back, cost).await.unwrap();
        assert_eq!((taken.allowed, taken.remaining), (allowed, remaining), "{back} back, {cost} taken: {taken:?}");
    }
    let mut random = Random::new(8);
    let (burst, mut left) = (1_000, 1_000);
    for _ in 0..200 {
        let (back, cost) = (random.below(60), random.below(100));
        left = (left + back).min(burst);
        let allowed = cost <= left;
        left -= if allowed { cost } else { 0 };
        let taken = store.rate_exchange("b", rate(burst, DAY), back, cost).await.unwrap();
        assert_eq!((taken.allowed, taken.remaining), (allowed, left), "{back} back, {cost} taken");
    }
    for back in [u32::MAX, u32::MAX] {
        assert!(store.rate_exchange("large", rate(u32::MAX, DAY), back, u32::MAX).await.unwrap().allowed);
    }
}

async fn what_is_given_back_stays_although_the_cost_is_refused(store: Arc<dyn Hot>) {
    store.rate_take("a", rate(4, DAY), 4).await.unwrap();
    for (back, remaining) in [(1, 1), (1, 2), (0, 2)] {
        let taken = store.rate_exchange("a", rate(4, DAY), back, 3).await.unwrap();
        assert_eq!((taken.allowed, taken.remaining), (false, remaining), "{taken:?}");
    }
    assert!(store.rate_exchange("a", rate(4, DAY), 1, 3).await.unwrap().allowed);
}

async fn what_is_given_back_by_many_at_once_is_all_there(store: Arc<dyn Hot>) {
    store.rate_take("a", rate(24, DAY), 24).await.unwrap();
    let give = |_| {
        let store = Arc::clone(&store);
        async move { store.rate_exchange("a", rate(24, DAY), 2, 0).await.unwrap() }
    };
    at_once((0..12).map(give)).await;
    assert_eq!(store.rate_take("a", rate(24, DAY), 0).await.unwrap().remaining, 24);
}

async fn an_unused_bucket_takes_no_room_after_its_period(mut server: Server) {
    server.store.rate_take("short", rate(2, Duration::from_millis(100)), 2).await.unwrap();
    server.store.rate_take("long", rate(2, DAY), 1).await.unwrap();
    let left: u64 = server.ask(&["PTTL", "$rate:long"]).await;
    assert!(left <= 43_200_001 && left > 43_100_000, "{left} ms");
    tokio::time::sleep(Duration::from_millis(110)).await;
    assert_eq!(server.keys().await, ["rate:long"]);
}

async fn looks_and_refusals_leave_nothing_behind(mut server: Server) {
    server.store.rate_take("a", rate(2, DAY), 0).await.unwrap();
    server.store.rate_take("b", rate(2, DAY), 3).await.unwrap();
    assert!(server.keys().await.is_empty());
    server.store.rate_take("a", rate(2, DAY), 2).await.unwrap();
    let before: String = server.ask(&["GET", "$rate:a"]).await;
    for cost in [0, 1, 3] {
        server.store.rate_take("a", rate(2, DAY), cost).await.unwrap();
    }
    assert_eq!(server.ask::<String>(&["GET", "$rate:a"]).await, before);
}

async fn a_bucket_that_got_everything_back_takes_no_room(mut server: Server) {
    server.store.rate_take("a", rate(3, DAY), 2).await.unwrap();
    server.store.rate_exchange("a", rate(3, DAY), 1, 0).await.unwrap();
    assert_eq!(server.keys().await, ["rate:a"]);
    server.store.rate_exchange("a", rate(3, DAY), 1, 0).await.unwrap();
    server.store.rate_exchange("b", rate(3, DAY), 3, 3).await.unwrap();
    server.store.rate_exchange("b", rate(3, DAY), u32::MAX, 0).await.unwrap();
    assert!(server.keys().await.is_empty());
}

async fn the_time_of_a_bucket_is_the_servers(mut server: Server) {
    let micros = |(seconds, micros): (u64, u64)| seconds * 1_000_000 + micros;
    let before = micros(server.ask(&["TIME"]).await);
    server.store.rate_take("a", rate(3, DAY), 1).await.unwrap();
    let after = micros(server.ask(&["TIME"]).await);
    let kept: String = server.ask(&["GET", "$rate:a"]).await;
    let (full, parts) = kept.split_once(' ').unwrap();
    let third = 8 * 60 * 60 * 1_000_000;
    assert!((before + third..=after + third).contains(&full.parse().unwrap()), "{kept}: not between {before} and {after}");
    assert_eq!(parts, "0");
    // the server's clock was ahead by a year when somebody emptied the bucket
    server.ask::<()>(&["SET", "$rate:a", &format!("{} 0", after + 365 * 86_400_000_000)]).await;
    let taken = server.store.rate_take("a", rate(3, DAY), 1).await.unwrap();
    assert_eq!((taken.allowed, taken.full_after), (false, DAY));
}

async fn a_bucket_that_holds_something_else_is_an_error(mut server: Server) {
    server.ask::<()>(&["SET", "$rate:a", "else"]).await;
    assert_eq!(server.store.rate_take("a", rate(3, DAY), 1).await.unwrap_err().kind, Kind::Corrupt);
}
