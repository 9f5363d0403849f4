use super::*;
use crate::{
    engines::{Limits, memory::Memory, sqlite::Sqlite},
    error::{Engine, Kind, StoreError},
    loaders::{Answers, Asks, Counted, Loads},
    receipt::Role,
    roles::{self, Store as _},
    shop::{Counter, ProductId},
};
use tokio::{
    sync::Semaphore,
    task::JoinHandle,
    time::{sleep, timeout},
};
use uuid::Uuid;

/// What is asked in a test, and the gate before the store.
struct Gate {
    calls: Mutex<Vec<Vec<u32>>>,
    open: Semaphore,
}

static GATES: [Gate; 9] = [const { Gate { calls: Mutex::new(Vec::new()), open: Semaphore::const_new(0) } }; 9];

/// A question whose calls wait at the gate of their test; 13 fails, 66 panics. Keys are a number and a lane.
struct Gated<const TEST: usize>;

#[derive(Clone, Debug, PartialEq)]
struct Said(u32);

impl Counted for Said {}

#[async_trait::async_trait]
impl<const TEST: usize> Question for Gated<TEST> {
    type Key = (u32, char);
    type Answer = Said;
    type Lane = char;
    const ASKS: Asks = Asks::hot("counters_get");

    fn lane(key: &Self::Key) -> char {
        key.1
    }

    async fn ask(stores: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>> {
        let gate = &GATES[TEST];
        gate.calls.lock().unwrap().push(keys.iter().map(|key| key.0).collect());
        gate.open.acquire().await.expect("gates are not closed").forget();
        let counters: Vec<_> = keys.iter().map(|key| Counter::ProductViews(ProductId::from(Uuid::from_u128(key.0.into())))).collect();
        stores.hot.counters_get(&counters).await?;
        assert!(keys.iter().all(|key| key.0 != 66), "planted");
        if keys.iter().any(|key| key.0 == 13) {
            return Err(StoreError::new(Engine::Memory, Kind::Corrupt, "planted"));
        }
        Ok(keys.into_iter().map(|key| Ok((key.0 != 7).then_some(Said(key.0 * 2)))).collect())
    }
}

struct Bench<const TEST: usize>(Arc<Stores>);

type Found = Vec<Outcome<Said>>;

impl<const TEST: usize> Bench<TEST> {
    async fn new(coalescer: Coalescer) -> Self {
        let sqlite = Arc::new(Sqlite::connect("sqlite::memory:", &Limits::default()).await.unwrap());
        sqlite.migrate().await.unwrap();
        let mut stores = Stores::layered(sqlite.clone(), sqlite, Arc::new(Memory::new()), None);
        stores.coalescer = Arc::new(coalescer);
        Self(Arc::new(stores))
    }

    /// With a patience that does not end.
    async fn patient() -> Self {
        Self::new(Coalescer::new(false).patient_for(Duration::from_secs(600))).await
    }

    /// A request of its own that asks for these.
    fn asks(&self, lane: char, keys: &[u32], receipt: &Arc<Receipt>, customer: Option<u128>) -> JoinHandle<Found> {
        let loads = Loads::new(self.0.clone(), Some(receipt.clone()));
        let keys = keys.iter().map(|key| (*key, lane)).collect();
        let customer = customer.map(|customer| Uuid::from_u128(customer).into());
        tokio::spawn(async move {
            let all = async { loads.load_all::<Gated<TEST>>(keys, "").await.answers };
            own_writes::on_behalf_of(customer, loads.drive(all)).await
        })
    }

    fn request(&self, lane: char, keys: &[u32]) -> JoinHandle<Found> {
        self.asks(lane, keys, &Arc::new(Receipt::counting()), None)
    }

    fn calls(&self) -> Vec<Vec<u32>> {
        GATES[TEST].calls.lock().unwrap().clone()
    }

    /// Waits until there were so many calls; tasks that are ready have run by then.
    async fn called(&self, times: usize) {
        let all = async {
            while self.calls().len() < times {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(20), all).await.unwrap_or_else(|_| panic!("{times} calls were expected: {:?}", self.calls()));
        settled().await;
    }

    fn open(&self, times: usize) {
        GATES[TEST].open.add_permits(times);
    }
}

/// One thread runs all tasks of a test: after so many turns none of them can go on.
async fn settled() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

fn said(found: &Found) -> Vec<Option<u32>> {
    found.iter().map(|answer| answer.as_ref().expect("an answer").as_ref().map(|said| said.0)).collect()
}

#[tokio::test]
async fn what_comes_while_a_call_is_under_way_is_one_call() {
    let bench = Bench::<0>::patient().await;
    let first = bench.request('a', &[1, 2]);
    bench.called(1).await;
    let receipts: [Arc<Receipt>; 3] = std::array::from_fn(|_| Arc::new(Receipt::counting()));
    let asked: [&[u32]; 3] = [&[2, 3], &[3, 7, 4], &[2]];
    let others: Vec<_> = asked.iter().zip(&receipts).map(|(keys, receipt)| bench.asks('a', keys, receipt, None)).collect();
    settled().await;
    assert_eq!(bench.calls().len(), 1, "they wait");
    bench.open(2);
    assert_eq!(said(&first.await.unwrap()), [Some(2), Some(4)]);
    let mut found = Vec::new();
    for other in others {
        found.push(said(&other.await.unwrap()));
    }
    assert_eq!(found, [vec![Some(4), Some(6)], vec![Some(6), None, Some(8)], vec![Some(4)]]);
    assert_eq!(bench.calls(), [vec![1, 2], vec![2, 3, 7, 4]], "each key once");
    let counts = receipts.map(|receipt| receipt.count(Role::Hot)).map(|count| (count.calls, count.rows));
    assert_eq!(counts, [(1, 2), (1, 2), (1, 1)], "each has the call on its account, and its own rows");
    bench.open(1);
    assert_eq!(said(&bench.request('a', &[5]).await.unwrap()), [Some(10)], "the lane is free again");
}

#[tokio::test]
async fn a_slow_call_holds_nobody_up_for_longer_than_its_patience() {
    let bench = Bench::<1>::new(Coalescer::new(false).patient_for(Duration::from_millis(5))).await;
    let slow = bench.request('a', &[1]);
    bench.called(1).await;
    let others = [bench.request('a', &[2]), bench.request('a', &[3])];
    bench.called(2).await;
    assert_eq!(bench.calls(), [vec![1], vec![2, 3]], "beside the slow one");
    let last = bench.request('a', &[4]);
    bench.called(3).await;
    bench.open(3);
    for (request, expected) in [slow, last].into_iter().chain(others).zip([2, 8, 4, 6]) {
        assert_eq!(said(&request.await.unwrap()), [Some(expected)]);
    }
}

#[tokio::test]
async fn questions_with_other_arguments_do_not_wait_for_each_other() {
    let bench = Bench::<2>::patient().await;
    let both = [bench.request('a', &[1]), bench.request('b', &[1])];
    bench.called(2).await;
    bench.open(2);
    for request in both {
        assert_eq!(said(&request.await.unwrap()), [Some(2)]);
    }
}

#[tokio::test]
async fn a_long_list_and_an_account_of_single_calls_go_alone() {
    let bench = Bench::<3>::patient().await;
    let _first = bench.request('a', &[1]);
    bench.called(1).await;
    let long: Vec<u32> = (100..101 + u32::try_from(MOST_OF_ONE).unwrap()).collect();
    let itemized = Arc::new(Receipt::default());
    let alone = [bench.request('a', &long), bench.asks('a', &[2], &itemized, None)];
    bench.called(3).await;
    bench.open(3);
    for request in alone {
        request.await.unwrap();
    }
    assert_eq!(itemized.calls().iter().map(|call| call.keys).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_common_call_has_a_bound() {
    let bench = Bench::<4>::patient().await;
    let first = bench.request('a', &[1]);
    bench.called(1).await;
    // ten keys each, one request more than fit
    let many = u32::try_from(MOST / 10).unwrap() + 1;
    let keys = |request: u32| std::array::from_fn::<u32, 10, _>(|key| 1_000 + 10 * request + u32::try_from(key).unwrap());
    let others: Vec<_> = (0..many).map(|request| bench.request('a', &keys(request))).collect();
    bench.open(3);
    for request in others.into_iter().chain([first]) {
        assert!(request.await.unwrap()[0].is_ok());
    }
    assert_eq!(bench.calls().iter().map(Vec::len).collect::<Vec<_>>(), [1, MOST, 10]);
}

#[tokio::test]
async fn an_error_and_a_panic_are_those_of_all_who_joined_and_of_nobody_else() {
    let bench = Bench::<5>::patient().await;
    for (bad, is_expected) in
        [(13, (|error| matches!(error, LoadError::Store(_))) as fn(&LoadError) -> bool), (66, |error| matches!(error, LoadError::Panicked))]
    {
        let before = bench.calls().len();
        let first = bench.request('a', &[1]);
        bench.called(before + 1).await;
        let joined = [bench.request('a', &[2]), bench.request('a', &[bad])];
        settled().await;
        bench.open(2);
        assert_eq!(said(&first.await.unwrap()), [Some(2)]);
        for request in joined {
            let found = request.await.unwrap();
            assert!(found.iter().all(|answer| answer.as_ref().is_err_and(is_expected)), "{found:?}");
        }
        bench.open(1);
        assert_eq!(said(&bench.request('a', &[4]).await.unwrap()), [Some(8)], "the lane is free again");
    }
}

#[tokio::test]
async fn who_may_read_past_a_cache_joins_nobody_else() {
    let bench = Bench::<6>::new(Coalescer::new(true).patient_for(Duration::from_secs(600))).await;
    let account = Arc::new(Receipt::counting());
    let each = [None, Some(1), Some(2)].map(|customer| bench.asks('a', &[1], &account, customer));
    bench.called(3).await;
    let again = bench.asks('a', &[3], &account, Some(2));
    settled().await;
    assert_eq!(bench.calls().len(), 3, "their own call is under way");
    bench.open(4);
    for request in each.into_iter().chain([again]) {
        assert!(request.await.unwrap()[0].is_ok());
    }
}

#[tokio::test]
async fn switched_off_each_batch_is_a_call() {
    let bench = Bench::<7>::new(Coalescer::off()).await;
    let both = [bench.request('a', &[1]), bench.request('a', &[1])];
    bench.called(2).await;
    bench.open(2);
    for request in both {
        assert_eq!(said(&request.await.unwrap()), [Some(2)]);
    }
}

/// A runtime that ends while a call is under way: the next one, with the same stores, does not wait for it.
#[test]
fn a_turn_that_is_lost_keeps_nobody_waiting() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let bench = first.block_on(async {
        let bench = Bench::<8>::patient().await;
        let _lost = [bench.request('a', &[1]), bench.request('a', &[2])];
        bench.called(1).await;
        bench
    });
    drop(first);
    runtime().block_on(async {
        bench.open(1);
        let found = timeout(Duration::from_secs(20), bench.request('a', &[3])).await.expect("the lane is free").unwrap();
        assert_eq!(said(&found), [Some(6)]);
    });
}
