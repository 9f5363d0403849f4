use super::at_once;
use crate::{
    contract,
    support::{engines::hot, sample::id},
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use libtest_mimic::Trial;
use polystore::{
    roles::Hot,
    shop::{Heard, Message, OrderStatus, Topic, event::StockLevel},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "channel", hot;
        every_message_is_heard_as_it_was_told,
        messages_of_a_topic_come_in_their_order,
        every_listener_hears_everything,
        what_was_told_before_listening_is_not_heard,
        to_tell_nobody_is_no_failure,
        a_listener_who_is_slow_hears_a_gap_and_then_what_is_told_next,
        many_who_tell_at_once_are_all_heard,
        a_stream_that_is_dropped_disturbs_no_other,
        the_stream_ends_when_the_store_is_closed,
        the_stream_ends_when_the_store_is_gone,
    )
}

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn order(n: i64) -> Message {
    Message::Order { order_id: id(n.unsigned_abs().into()), status: OrderStatus::Shipped, version: n }
}

pub fn article(n: i64) -> Message {
    Message::Article {
        article_id: id(n.unsigned_abs().into()),
        version: n,
        tags: vec!["caf\u{e9}".into(), String::new(), "a b\r\n\0".into()],
    }
}

fn stock(n: i64) -> Message {
    let level = |product, stock| StockLevel { product_id: id(product), stock, version: n };
    Message::Stock { levels: vec![level(1, i64::MAX), level(2, 0)] }
}

fn trending(n: u128) -> Message {
    Message::Trending { products: vec![id(n), id(n + 1)] }
}

/// What is heard next; a stream that ends fails the trial.
pub async fn next(stream: &mut BoxStream<'static, Heard>) -> Heard {
    tokio::time::timeout(PATIENCE, stream.next()).await.expect("nothing is heard").expect("the stream ended")
}

/// Everything until a message, and this.
pub async fn until(stream: &mut BoxStream<'static, Heard>, last: &Message) -> Vec<Heard> {
    let mut heard = Vec::new();
    loop {
        heard.push(next(stream).await);
        if heard.last() == Some(&Heard::Message(last.clone())) {
            return heard;
        }
    }
}

pub fn messages(heard: impl IntoIterator<Item = Message>) -> Vec<Heard> {
    heard.into_iter().map(Heard::Message).collect()
}

async fn every_message_is_heard_as_it_was_told(store: Arc<dyn Hot>) {
    let mut stream = store.channel_listen().await.unwrap();
    let told = [order(1), article(2), stock(3), trending(4), Message::Trending { products: Vec::new() }];
    store.channel_tell(&told).await.unwrap();
    store.channel_tell(&[]).await.unwrap();
    let mut heard = Vec::new();
    while heard.len() < told.len() {
        heard.push(next(&mut stream).await);
    }
    for message in messages(told) {
        assert!(heard.contains(&message), "{message:?} is not among {heard:?}");
    }
}

async fn messages_of_a_topic_come_in_their_order(store: Arc<dyn Hot>) {
    let mut stream = store.channel_listen().await.unwrap();
    let told: Vec<_> = (1..=100).map(order).collect();
    for some in told.chunks(7) {
        store.channel_tell(some).await.unwrap();
    }
    assert_eq!(until(&mut stream, &order(100)).await, messages(told));
}

async fn every_listener_hears_everything(store: Arc<dyn Hot>) {
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(store.channel_listen().await.unwrap());
    }
    store.channel_tell(&[order(1), order(2)]).await.unwrap();
    for stream in &mut streams {
        assert_eq!(until(stream, &order(2)).await, messages([order(1), order(2)]));
    }
}

async fn what_was_told_before_listening_is_not_heard(store: Arc<dyn Hot>) {
    store.channel_tell(&[order(1), article(1)]).await.unwrap();
    let mut stream = store.channel_listen().await.unwrap();
    store.channel_tell(&[order(2)]).await.unwrap();
    assert_eq!(next(&mut stream).await, Heard::Message(order(2)));
}

async fn to_tell_nobody_is_no_failure(store: Arc<dyn Hot>) {
    drop(store.channel_listen().await.unwrap());
    for n in 1..=3 {
        store.channel_tell(&[order(n)]).await.unwrap();
    }
}

async fn a_listener_who_is_slow_hears_a_gap_and_then_what_is_told_next(store: Arc<dyn Hot>) {
    let mut stream = store.channel_listen().await.unwrap();
    let told: Vec<_> = (1..=3_000).map(order).collect();
    for some in told.chunks(500) {
        store.channel_tell(some).await.unwrap();
        // the other end of a wire may still be busy with it
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // nobody has heard anything until now
    let mut heard = Vec::new();
    while let Ok(next) = tokio::time::timeout(Duration::from_secs(1), stream.next()).await {
        heard.push(next.expect("the stream ended"));
    }
    let versions: Vec<_> = heard.iter().enumerate().filter_map(|(place, heard)| Some((place, version(heard)?))).collect();
    assert!(versions.len() < 1_100, "{} messages waited", versions.len());
    assert!(versions.is_sorted_by_key(|(_, version)| *version));
    let gap = heard.iter().rposition(|heard| *heard == Heard::Gap(Topic::Orders)).expect("no gap");
    for lost in (1..=3_000).filter(|n| !versions.iter().any(|(_, version)| version == n)) {
        // what came before the lost one stands before its gap
        let before = versions.iter().filter(|(_, version)| *version < lost).map(|(place, _)| *place).max();
        assert!(before.is_none_or(|before| before < gap), "{lost} is lost without a gap");
    }
    store.channel_tell(&[order(9_999)]).await.unwrap();
    assert_eq!(next(&mut stream).await, Heard::Message(order(9_999)));
}

fn version(heard: &Heard) -> Option<i64> {
    match heard {
        Heard::Message(Message::Order { version, .. } | Message::Article { version, .. }) => Some(*version),
        _ => None,
    }
}

async fn many_who_tell_at_once_are_all_heard(store: Arc<dyn Hot>) {
    let mut stream = store.channel_listen().await.unwrap();
    let tell = |who: i64| {
        let store = Arc::clone(&store);
        async move {
            for n in 0..10 {
                let message = if n % 2 == 0 { order } else { article };
                store.channel_tell(&[message(who * 100 + n)]).await.unwrap();
            }
        }
    };
    at_once((1..=4).map(tell)).await;
    let heard: Vec<_> = stream::unfold(&mut stream, |stream| async { Some((next(stream).await, stream)) }).take(40).collect().await;
    let mut last = BTreeMap::new();
    let mut all = BTreeSet::new();
    for heard in &heard {
        let version = version(heard).unwrap_or_else(|| panic!("{heard:?}"));
        // what one of them told about a topic, in this one's order
        assert!(last.insert((version / 100, version % 2), version).is_none_or(|before| before < version), "{heard:?}");
        all.insert(version);
    }
    assert_eq!(all.len(), 40);
}

async fn a_stream_that_is_dropped_disturbs_no_other(store: Arc<dyn Hot>) {
    let (one, mut other) = (store.channel_listen().await.unwrap(), store.channel_listen().await.unwrap());
    store.channel_tell(&[order(1)]).await.unwrap();
    drop(one);
    store.channel_tell(&[order(2)]).await.unwrap();
    assert_eq!(until(&mut other, &order(2)).await, messages([order(1), order(2)]));
}

/// The stream must end, whatever comes before that.
async fn ends(stream: BoxStream<'static, Heard>) {
    tokio::time::timeout(PATIENCE, stream.count()).await.expect("the stream does not end");
}

async fn the_stream_ends_when_the_store_is_closed(store: Arc<dyn Hot>) {
    let stream = store.channel_listen().await.unwrap();
    store.close().await;
    ends(stream).await;
}

async fn the_stream_ends_when_the_store_is_gone(store: Arc<dyn Hot>) {
    let stream = store.channel_listen().await.unwrap();
    drop(store);
    ends(stream).await;
}
