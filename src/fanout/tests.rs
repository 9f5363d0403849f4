use super::{mailbox::LENGTH, *};
use crate::{
    error::Engine,
    roles::{Result, SchemaState},
    shop::{OrderStatus, StockLevel},
};
use async_trait::async_trait;
use futures::{StreamExt, stream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use tokio::sync::mpsc;

/// A channel that hears what a test says, and fails when a test says so.
#[derive(Default)]
struct Fake {
    say: Mutex<Option<mpsc::UnboundedSender<Option<Heard>>>>,
    down: AtomicBool,
    listened: AtomicU32,
}

impl Fake {
    fn answer<T>(&self, good: T) -> Result<T> {
        if self.down.load(SeqCst) { Err(StoreError::new(Engine::Redis, Kind::Unavailable, "down")) } else { Ok(good) }
    }

    fn say(&self, heard: Heard) {
        self.say.lock().unwrap().as_ref().unwrap().send(Some(heard)).unwrap();
    }

    /// Ends the stream, by a panic or in peace.
    fn end(&self, panic: bool) {
        let say = self.say.lock().unwrap().take().unwrap();
        if panic {
            say.send(None).unwrap();
        }
    }
}

#[async_trait]
impl Channel for Fake {
    async fn channel_tell(&self, _: &[Message]) -> Result<()> {
        self.answer(())
    }

    async fn channel_listen(&self) -> Result<BoxStream<'static, Heard>> {
        // others get their turn, as with a store far away
        tokio::task::yield_now().await;
        self.answer(())?;
        self.listened.fetch_add(1, SeqCst);
        let (say, said) = mpsc::unbounded_channel();
        *self.say.lock().unwrap() = Some(say);
        let heard = stream::unfold(said, |mut said| async {
            let heard: Option<Heard> = said.recv().await?;
            Some((heard.expect("a test wants a panic"), said))
        });
        Ok(heard.boxed())
    }
}

#[async_trait]
impl Store for Fake {
    fn engine(&self) -> Engine {
        Engine::Redis
    }

    async fn ping(&self) -> Result<()> {
        self.answer(())
    }

    async fn schema(&self) -> Result<SchemaState> {
        Ok(SchemaState::Current)
    }

    async fn migrate(&self) -> Result<()> {
        Ok(())
    }
}

fn fanout() -> (Arc<Fake>, Fanout) {
    let fake = Arc::new(Fake::default());
    (Arc::clone(&fake), Fanout::new(Arc::clone(&fake) as _, fake))
}

fn order_id(n: u128) -> OrderId {
    OrderId::from_uuid(uuid::Uuid::from_u128(n))
}

fn product_id(n: u128) -> ProductId {
    ProductId::from_uuid(uuid::Uuid::from_u128(n))
}

fn order(n: u128, version: i64) -> Heard {
    Heard::Message(Message::Order { order_id: order_id(n), status: OrderStatus::Paid, version })
}

fn stock(levels: &[(u128, i64)]) -> Heard {
    let level = |(n, version): &(u128, i64)| StockLevel { product_id: product_id(*n), stock: 1, version: *version };
    Heard::Message(Message::Stock { levels: levels.iter().map(level).collect() })
}

/// What has come until now.
async fn all(watcher: &Watcher) -> Vec<News> {
    let mut news = Vec::new();
    while let Ok(Some(next)) = tokio::time::timeout(Duration::from_millis(50), watcher.next()).await {
        news.push(next);
    }
    news
}

#[tokio::test(start_paused = true)]
async fn everybody_hears_what_they_watch_and_nothing_else() {
    let (fake, fanout) = fanout();
    let watches = [
        Watch::Order(order_id(1)),
        Watch::Order(order_id(2)),
        Watch::Stock(product_id(1)),
        Watch::Articles(None),
        Watch::Articles(Some("garden".into())),
        Watch::Articles(Some("music".into())),
        Watch::Trending,
    ];
    let mut watchers = Vec::new();
    for watch in watches {
        watchers.push(fanout.watch(watch).await.unwrap());
    }
    let article = ArticleId::from_uuid(uuid::Uuid::from_u128(5));
    let tags = vec!["garden".into(), "tools".into()];
    fake.say(order(1, 2));
    fake.say(order(3, 2));
    fake.say(stock(&[(2, 8), (1, 7)]));
    fake.say(Heard::Message(Message::Article { article_id: article, version: 3, tags }));
    fake.say(Heard::Message(Message::Trending { products: vec![] }));
    fake.say(order(1, 3));
    let published = News::Published(article, 3);
    let expected = [&[News::Version(2), News::Version(3)][..], &[], &[News::Version(7)], &[published], &[published], &[], &[News::Boards]];
    for (watcher, expected) in watchers.iter().zip(expected) {
        assert_eq!(all(watcher).await, expected, "{:?}", watcher.watch);
    }
}

#[tokio::test(start_paused = true)]
async fn a_gap_concerns_its_topic_and_no_other() {
    let (fake, fanout) = fanout();
    let stock_watcher = fanout.watch(Watch::Stock(product_id(1))).await.unwrap();
    let order_watchers = [fanout.watch(Watch::Order(order_id(1))).await.unwrap(), fanout.watch(Watch::Order(order_id(2))).await.unwrap()];
    fake.say(order(1, 2));
    fake.say(Heard::Gap(Topic::Orders));
    fake.say(order(1, 3));
    for watcher in &order_watchers {
        assert_eq!(all(watcher).await, [News::Resync], "what is read behind the gap has the rest");
    }
    assert_eq!(all(&stock_watcher).await, []);
    fake.say(order(1, 4));
    assert_eq!(all(&order_watchers[0]).await, [News::Version(4)]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_watcher_is_told_to_look_again_and_others_do_not_notice() {
    let (fake, fanout) = fanout();
    let (slow, quick) = (fanout.watch(Watch::Order(order_id(1))).await.unwrap(), fanout.watch(Watch::Order(order_id(1))).await.unwrap());
    let length = i64::try_from(LENGTH).unwrap();
    for version in 1..=length + 1 {
        fake.say(order(1, version));
        assert_eq!(quick.next().await, Some(News::Version(version)));
    }
    assert_eq!(all(&slow).await, [News::Resync]);
    for version in 1..=length {
        fake.say(order(1, version));
    }
    assert_eq!(all(&slow).await.len(), LENGTH, "as many as fit are kept");
}

#[tokio::test(start_paused = true)]
async fn one_listener_serves_all_who_come_at_once() {
    let (fake, fanout) = fanout();
    let watchers = futures::future::join_all((0..100).map(|_| fanout.watch(Watch::Trending))).await;
    assert_eq!((fake.listened.load(SeqCst), fanout.watchers()), (1, 100));
    fake.say(Heard::Message(Message::Trending { products: vec![] }));
    for watcher in watchers {
        assert_eq!(watcher.unwrap().next().await, Some(News::Boards));
    }
    assert_eq!(fanout.watchers(), 0, "those who are gone are forgotten");
}

#[tokio::test(start_paused = true)]
async fn when_the_stream_ends_it_is_made_again_and_everybody_looks_at_the_current_state() {
    for panic in [false, true] {
        let (fake, fanout) = fanout();
        let watcher = fanout.watch(Watch::Order(order_id(1))).await.unwrap();
        fake.down.store(true, SeqCst);
        fake.end(panic);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(all(&watcher).await, [], "nobody can look before somebody listens again");
        let refused = fanout.watch(Watch::Trending).await.err();
        assert!(matches!(refused, Some(Refused::Store(error)) if error.kind == Kind::Unavailable), "panic: {panic}");

        fake.down.store(false, SeqCst);
        assert_eq!(tokio::time::timeout(Duration::from_secs(3), watcher.next()).await, Ok(Some(News::Resync)), "panic: {panic}");
        fake.say(order(1, 9));
        assert_eq!(watcher.next().await, Some(News::Version(9)));
        assert!(fanout.watch(Watch::Trending).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_begins_to_watch_while_the_store_is_down() {
    let (fake, fanout) = fanout();
    fake.down.store(true, SeqCst);
    assert!(matches!(fanout.watch(Watch::Trending).await.err(), Some(Refused::Store(_))), "nobody listens yet");
    fake.down.store(false, SeqCst);
    let _watcher = fanout.watch(Watch::Trending).await.unwrap();
    fake.down.store(true, SeqCst);
    assert!(matches!(fanout.watch(Watch::Trending).await.err(), Some(Refused::Store(_))), "the stream is silent");
    assert_eq!(fanout.watchers(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_all_watching() {
    let (_fake, fanout) = fanout();
    let watcher = fanout.watch(Watch::Trending).await.unwrap();
    let pause = watcher.pause(Duration::from_secs(3_600));
    fanout.stop();
    assert_eq!((pause.await, watcher.next().await), (None, None));
    assert!(matches!(fanout.watch(Watch::Trending).await.err(), Some(Refused::Stopping)));
    drop(fanout);
}
