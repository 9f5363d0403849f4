use super::{Server, at_once, server};
use crate::{
    contract,
    support::{engines::hot, sample::at, sample::id},
};
use libtest_mimic::Trial;
use polystore::{
    error::{Engine, Kind},
    roles::{Hot, Sessions},
    shop::{AccountRole, Session, TokenHash},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

const MINUTE: Duration = Duration::from_secs(60);

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "session", hot;
        a_session_comes_back_as_it_was_put,
        an_unknown_token_has_no_session,
        a_session_that_was_ended_is_gone_at_once,
        a_later_session_takes_the_place_of_an_earlier_one,
        a_session_ends_with_its_life_and_not_before,
        every_look_begins_its_life_anew,
        a_look_may_shorten_its_life,
        a_life_of_zero_is_none,
        the_longest_life_is_accepted,
        an_ended_session_never_comes_back_while_others_look,
    );
    trials.extend(contract!(&[Engine::Redis], "session", server;
        a_session_is_kept_under_the_hash_of_its_token_and_has_an_end,
        a_session_that_cannot_be_read_is_an_error_that_does_not_tell_it,
    ));
    trials
}

fn token(n: u8) -> TokenHash {
    TokenHash([n; 32])
}

fn session(n: u128, role: AccountRole) -> Session {
    Session { customer_id: id(n), role, signed_in_at: at(7) }
}

async fn a_session_comes_back_as_it_was_put(store: Arc<dyn Hot>) {
    for (n, role) in (1..).zip(AccountRole::ALL) {
        store.session_put(token(n), &session(n.into(), *role), MINUTE).await.unwrap();
    }
    for (n, role) in (1..).zip(AccountRole::ALL) {
        assert_eq!(store.session_get(token(n), MINUTE).await.unwrap(), Some(session(n.into(), *role)));
    }
}

async fn an_unknown_token_has_no_session(store: Arc<dyn Hot>) {
    store.session_put(token(1), &session(1, AccountRole::Customer), MINUTE).await.unwrap();
    assert_eq!(store.session_get(token(2), MINUTE).await.unwrap(), None);
    assert!(!store.session_delete(token(2)).await.unwrap());
    // and asking for it made none
    assert_eq!(store.session_get(token(2), MINUTE).await.unwrap(), None);
}

async fn a_session_that_was_ended_is_gone_at_once(store: Arc<dyn Hot>) {
    for n in [1, 2] {
        store.session_put(token(n), &session(n.into(), AccountRole::Admin), MINUTE).await.unwrap();
    }
    assert!(store.session_delete(token(1)).await.unwrap());
    assert_eq!(store.session_get(token(1), MINUTE).await.unwrap(), None);
    assert!(!store.session_delete(token(1)).await.unwrap());
    assert_eq!(store.session_get(token(2), MINUTE).await.unwrap(), Some(session(2, AccountRole::Admin)));
}

async fn a_later_session_takes_the_place_of_an_earlier_one(store: Arc<dyn Hot>) {
    store.session_put(token(1), &session(1, AccountRole::Customer), MINUTE).await.unwrap();
    store.session_put(token(1), &session(1, AccountRole::Editor), MINUTE).await.unwrap();
    assert_eq!(store.session_get(token(1), MINUTE).await.unwrap(), Some(session(1, AccountRole::Editor)));
}

async fn a_session_ends_with_its_life_and_not_before(store: Arc<dyn Hot>) {
    let (begin, life) = (Instant::now(), Duration::from_millis(400));
    store.session_put(token(1), &session(1, AccountRole::Customer), life).await.unwrap();
    let found = store.session_get(token(1), life).await.unwrap();
    // a machine that stood still for so long proves nothing
    assert!(found.is_some() || begin.elapsed() >= life, "gone after {:?}", begin.elapsed());
    tokio::time::sleep(life + Duration::from_millis(50)).await;
    assert_eq!(store.session_get(token(1), MINUTE).await.unwrap(), None);
    assert!(!store.session_delete(token(1)).await.unwrap());
}

async fn every_look_begins_its_life_anew(store: Arc<dyn Hot>) {
    let life = Duration::from_millis(500);
    store.session_put(token(1), &session(1, AccountRole::Customer), life).await.unwrap();
    for _ in 0..4 {
        let begin = Instant::now();
        tokio::time::sleep(life / 2).await;
        let found = store.session_get(token(1), life).await.unwrap();
        if begin.elapsed() >= life {
            return;
        }
        assert!(found.is_some(), "gone after {:?}", begin.elapsed());
    }
}

async fn a_look_may_shorten_its_life(store: Arc<dyn Hot>) {
    store.session_put(token(1), &session(1, AccountRole::Customer), MINUTE).await.unwrap();
    assert!(store.session_get(token(1), Duration::from_millis(50)).await.unwrap().is_some());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(store.session_get(token(1), MINUTE).await.unwrap(), None);
}

async fn a_life_of_zero_is_none(store: Arc<dyn Hot>) {
    store.session_put(token(1), &session(1, AccountRole::Customer), MINUTE).await.unwrap();
    store.session_put(token(1), &session(1, AccountRole::Customer), Duration::ZERO).await.unwrap();
    assert_eq!(store.session_get(token(1), MINUTE).await.unwrap(), None);
    store.session_put(token(2), &session(2, AccountRole::Customer), MINUTE).await.unwrap();
    assert_eq!(store.session_get(token(2), Duration::ZERO).await.unwrap(), Some(session(2, AccountRole::Customer)));
    assert_eq!(store.session_get(token(2), MINUTE).await.unwrap(), None);
}

async fn the_longest_life_is_accepted(store: Arc<dyn Hot>) {
    store.session_put(token(1), &session(1, AccountRole::Customer), Duration::MAX).await.unwrap();
    assert!(store.session_get(token(1), Duration::MAX).await.unwrap().is_some());
    assert!(store.session_get(token(1), Duration::MAX).await.unwrap().is_some());
}

async fn an_ended_session_never_comes_back_while_others_look(store: Arc<dyn Hot>) {
    for round in 0..100 {
        store.session_put(token(round), &session(1, AccountRole::Admin), MINUTE).await.unwrap();
        let (ended, looks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let work = |n: u32| {
            let (store, ended, looks) = (Arc::clone(&store), Arc::clone(&ended), Arc::clone(&looks));
            async move {
                if n > 0 {
                    while !ended.load(SeqCst) {
                        store.session_get(token(round), MINUTE).await.unwrap();
                        looks.fetch_add(1, SeqCst);
                    }
                    return;
                }
                // in the midst of it
                while looks.load(SeqCst) < 6 {
                    tokio::task::yield_now().await;
                }
                assert!(store.session_delete(token(round)).await.unwrap());
                ended.store(true, SeqCst);
            }
        };
        at_once((0..4).map(work)).await;
        assert_eq!(store.session_get(token(round), MINUTE).await.unwrap(), None, "round {round}");
    }
}

async fn a_session_is_kept_under_the_hash_of_its_token_and_has_an_end(mut server: Server) {
    server
        .store
        .session_put(TokenHash(std::array::from_fn(|n| u8::try_from(n * 8).unwrap())), &session(1, AccountRole::Admin), MINUTE)
        .await
        .unwrap();
    let key = "session:0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8";
    assert_eq!(server.keys().await, [key]);
    let left: i64 = server.ask(&["PTTL", &format!("${key}")]).await;
    assert!((50_000..=60_000).contains(&left), "{left} ms");
}

async fn a_session_that_cannot_be_read_is_an_error_that_does_not_tell_it(mut server: Server) {
    let key = format!("$session:{}", "07".repeat(32));
    for spoiled in [
        "",
        "{}",
        "{\"customerId\":\"customer_secret\"}",
        "{\"customerId\":\"customer_00000000000000000000000001\",\"role\":\"KING\",\"signedInAt\":1}",
    ] {
        server.ask::<()>(&["SET", &key, spoiled]).await;
        let error = server.store.session_get(token(7), MINUTE).await.unwrap_err();
        assert_eq!(error.kind, Kind::Corrupt, "{spoiled}");
        assert!(!error.detail().contains("customer_"), "{error:?}");
    }
}
