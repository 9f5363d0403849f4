//! What may happen to a connection that listens.

use super::{
    Server,
    channel::{article, messages, next, order, until},
    server, server_url,
};
use crate::{
    contract,
    support::{engines::unique_name, proxy::Proxy},
};
use futures::{StreamExt, stream::BoxStream};
use libtest_mimic::Trial;
use polystore::{
    engines::redis::Redis,
    error::{Engine, Kind},
    roles::{Channel, Store},
    shop::{Heard, Topic},
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Redis], "channel", server;
        programs_with_the_same_prefix_hear_each_other_and_no_others,
        databases_of_a_server_are_apart,
        after_a_lost_connection_each_topic_has_a_gap_and_is_heard_again,
        what_was_told_while_the_connection_was_lost_is_a_gap,
        a_connection_that_fell_silent_is_made_anew,
        a_message_that_was_numbered_and_never_told_is_a_gap,
        numbers_that_begin_anew_are_a_gap,
        a_message_that_cannot_be_read_is_a_gap,
        a_listener_holds_a_connection_only_as_long_as_its_stream,
        to_listen_where_no_server_is_fails_in_time,
        listening_disturbs_no_command,
    )
}

/// The next thing that is heard of each topic must be a gap.
async fn a_gap_of_each_topic(stream: &mut BoxStream<'static, Heard>) {
    let mut gaps = BTreeSet::new();
    while gaps.len() < Topic::ALL.len() {
        match next(stream).await {
            Heard::Gap(topic) => assert!(gaps.insert(topic), "{topic:?} has two gaps"),
            Heard::Message(message) => assert!(gaps.contains(&message.topic()), "{message:?} before its gap"),
        }
    }
}

async fn programs_with_the_same_prefix_hear_each_other_and_no_others(server: Server) {
    let same = Redis::connect(&server_url(), &server.prefix).await.unwrap();
    let other = Redis::connect(&server_url(), &unique_name()).await.unwrap();
    let mut stream = server.store.channel_listen().await.unwrap();
    other.channel_tell(&[order(1)]).await.unwrap();
    same.channel_tell(&[order(2)]).await.unwrap();
    server.store.channel_tell(&[order(3)]).await.unwrap();
    assert_eq!(until(&mut stream, &order(3)).await, messages([order(2), order(3)]));
}

async fn databases_of_a_server_are_apart(server: Server) {
    let url = server_url();
    let (server_only, database) = url.rsplit_once('/').filter(|(before, _)| !before.ends_with('/')).unwrap_or((&url, ""));
    assert!(["", "0"].contains(&database), "the test's url has a database of its own: {url}");
    let elsewhere = format!("{server_only}/5");
    let other = Redis::connect(&elsewhere, &server.prefix).await.unwrap();
    let (mut here, mut there) = (server.store.channel_listen().await.unwrap(), other.channel_listen().await.unwrap());
    other.channel_tell(&[order(1), order(2)]).await.unwrap();
    server.store.channel_tell(&[order(3)]).await.unwrap();
    assert_eq!(next(&mut here).await, Heard::Message(order(3)));
    assert_eq!(until(&mut there, &order(2)).await, messages([order(1), order(2)]));
}

async fn after_a_lost_connection_each_topic_has_a_gap_and_is_heard_again(server: Server) {
    let (proxy, through) = Proxy::in_front_of(&server_url()).await;
    let listening = Redis::connect(&through, &server.prefix).await.unwrap();
    let mut stream = listening.channel_listen().await.unwrap();
    for round in 1..=3 {
        server.store.channel_tell(&[order(round)]).await.unwrap();
        assert_eq!(next(&mut stream).await, Heard::Message(order(round)));
        proxy.cut().await;
        // several tries fail before the server is back
        tokio::time::sleep(Duration::from_millis(400)).await;
        proxy.restore().await;
        let back = Instant::now();
        a_gap_of_each_topic(&mut stream).await;
        assert!(back.elapsed() < Duration::from_secs(3), "it took {:?}", back.elapsed());
    }
    server.store.channel_tell(&[order(7), article(8)]).await.unwrap();
    assert_eq!(until(&mut stream, &article(8)).await, messages([order(7), article(8)]));
}

async fn what_was_told_while_the_connection_was_lost_is_a_gap(server: Server) {
    let (proxy, through) = Proxy::in_front_of(&server_url()).await;
    let listening = Redis::connect(&through, &server.prefix).await.unwrap();
    let mut stream = listening.channel_listen().await.unwrap();
    proxy.cut().await;
    server.store.channel_tell(&[order(1), order(2)]).await.unwrap();
    proxy.restore().await;
    a_gap_of_each_topic(&mut stream).await;
    server.store.channel_tell(&[order(3)]).await.unwrap();
    assert_eq!(next(&mut stream).await, Heard::Message(order(3)));
}

async fn a_connection_that_fell_silent_is_made_anew(server: Server) {
    let (proxy, through) = Proxy::in_front_of(&server_url()).await;
    let listening = Redis::connect(&through, &server.prefix).await.unwrap();
    let mut stream = listening.channel_listen().await.unwrap();
    // its connections stay, and nothing comes through them any more
    proxy.stall();
    server.store.channel_tell(&[order(1)]).await.unwrap();
    a_gap_of_each_topic(&mut stream).await;
    server.store.channel_tell(&[order(2)]).await.unwrap();
    assert_eq!(next(&mut stream).await, Heard::Message(order(2)));
}

async fn a_message_that_was_numbered_and_never_told_is_a_gap(mut server: Server) {
    server.store.channel_tell(&[order(1), article(1)]).await.unwrap();
    let mut stream = server.store.channel_listen().await.unwrap();
    server.ask::<()>(&["INCR", "$told:ORDERS"]).await;
    server.store.channel_tell(&[order(2), article(2), order(3)]).await.unwrap();
    let heard = until(&mut stream, &order(3)).await;
    assert_eq!(heard[0], Heard::Gap(Topic::Orders));
    assert_eq!(heard[1..], messages([order(2), article(2), order(3)]));
}

async fn numbers_that_begin_anew_are_a_gap(mut server: Server) {
    server.store.channel_tell(&[order(1), order(2)]).await.unwrap();
    let mut stream = server.store.channel_listen().await.unwrap();
    server.store.channel_tell(&[order(3)]).await.unwrap();
    assert_eq!(next(&mut stream).await, Heard::Message(order(3)));
    // as if somebody had emptied the database
    server.ask::<()>(&["DEL", "$told:ORDERS"]).await;
    server.store.channel_tell(&[order(4), order(5)]).await.unwrap();
    let heard = until(&mut stream, &order(5)).await;
    assert_eq!(heard[0], Heard::Gap(Topic::Orders));
    assert_eq!(heard[1..], messages([order(4), order(5)]));
}

async fn a_message_that_cannot_be_read_is_a_gap(mut server: Server) {
    let mut stream = server.store.channel_listen().await.unwrap();
    let mut number = 0;
    for spoiled in ["", " ", "{}", "{\"kind\":\"OF_A_NEWER_PROGRAM\"}", "\u{0}"] {
        number += 1;
        server.ask::<()>(&["INCR", "$told:STOCK"]).await;
        server.ask::<()>(&["PUBLISH", "$channel:0:STOCK", &format!("{number} {spoiled}")]).await;
        assert_eq!(next(&mut stream).await, Heard::Gap(Topic::Stock), "{spoiled:?}");
    }
    server.ask::<()>(&["PUBLISH", "$channel:0:STOCK", "not a number {}"]).await;
    assert_eq!(next(&mut stream).await, Heard::Gap(Topic::Stock));
    server.store.channel_tell(&[order(1)]).await.unwrap();
    assert_eq!(next(&mut stream).await, Heard::Message(order(1)));
}

async fn a_listener_holds_a_connection_only_as_long_as_its_stream(mut server: Server) {
    let listeners = async |server: &mut Server| {
        let (_, count): (String, i64) = server.ask(&["PUBSUB", "NUMSUB", "$channel:0:ORDERS"]).await;
        count
    };
    let streams = [server.store.channel_listen().await.unwrap(), server.store.channel_listen().await.unwrap()];
    assert_eq!(listeners(&mut server).await, 2);
    drop(streams);
    let begin = Instant::now();
    while listeners(&mut server).await > 0 {
        assert!(begin.elapsed() < Duration::from_secs(5), "the connections stay");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn to_listen_where_no_server_is_fails_in_time(server: Server) {
    let (proxy, through) = Proxy::in_front_of(&server_url()).await;
    let listening = Redis::connect(&through, &server.prefix).await.unwrap();
    proxy.cut().await;
    let begin = Instant::now();
    let error = listening.channel_listen().await.err().expect("nobody is there");
    assert!(begin.elapsed() < Duration::from_secs(1), "it took {:?}", begin.elapsed());
    assert_eq!(error.kind, Kind::Unavailable);
    assert_eq!(listening.channel_tell(&[order(1)]).await.unwrap_err().kind, Kind::Unavailable);
}

async fn listening_disturbs_no_command(server: Server) {
    let mut stream = server.store.channel_listen().await.unwrap();
    for n in 1..=50 {
        server.store.ping().await.unwrap();
        server.store.channel_tell(&[order(n)]).await.unwrap();
    }
    assert_eq!(until(&mut stream, &order(50)).await, messages((1..=50).map(order)));
    assert!(futures::poll!(stream.next()).is_pending());
}
