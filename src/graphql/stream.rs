//! Operations over transports that carry several answers: a subscription has one for each event, a query or mutation has one.
//!
//! The library answers the events of a subscription one after the other, with the data of the request. But each event must see the
//! stores as they are then. So an extension gives every event its own loads, within the same time limit as a request, and lets a
//! bounded number of events be answered at once: a message that concerns everybody must not take all connections to the stores.

use super::{
    Graph, cost,
    error::Code,
    execute::{Operation, Prepared},
    reply::{Problem, Reply},
    throttle::Standing,
};
use crate::{
    loaders::Loads,
    receipt::{self, Caller, Receipt},
    shop::Viewer,
    stores::Stores,
};
use async_graphql::{
    Data, Response,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::types::OperationType,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// How long a look at the session of a subscription holds good.
const TRUSTED: Duration = Duration::from_millis(500);
/// How many events a process answers at once.
const EVENTS_AT_ONCE: usize = 16;

/// The turns of a process in answering events.
pub(super) struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(EVENTS_AT_ONCE))
    }
}

/// The events of one subscription.
pub struct Events {
    stores: Arc<Stores>,
    time: Duration,
    turns: Arc<Turns>,
    /// The account of the event that is being answered, if the client wants to know.
    account: Option<Mutex<Arc<Receipt>>>,
    late: AtomicBool,
}

impl Events {
    /// Something has happened: the account is a new one.
    pub fn begin(&self) {
        if let Some(account) = &self.account {
            let mut account = account.lock().unwrap_or_else(PoisonError::into_inner);
            *account = if account.is_itemized() { Arc::default() } else { Arc::new(Receipt::counting()) };
        }
    }

    fn receipt(&self) -> Option<Arc<Receipt>> {
        let account = self.account.as_ref()?;
        Some(Arc::clone(&account.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Asks a store what has happened, when it is this event's turn. `path` is the field that asks.
    pub async fn ask<F: Future>(&self, path: &str, work: F) -> F::Output {
        let caller = self.receipt().map(|receipt| Caller::of(&receipt, || path.to_owned()));
        self.in_turn(receipt::on_account_of(caller, work)).await
    }

    async fn in_turn<F: Future>(&self, work: F) -> F::Output {
        // the semaphore is never closed
        let _turn = self.turns.0.acquire().await;
        work.await
    }
}

/// Gives each event what a request has.
pub(super) struct EachEvent;

impl ExtensionFactory for EachEvent {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for EachEvent {
    async fn execute(&self, ctx: &ExtensionContext<'_>, operation_name: Option<&str>, next: NextExecute<'_>) -> Response {
        let Some(events) = ctx.data_opt::<Arc<Events>>() else { return next.run(ctx, operation_name).await };
        let loads = Loads::new(Arc::clone(&events.stores), events.receipt());
        let mut data = Data::default();
        data.insert(Arc::clone(&loads));
        let answer = events.in_turn(loads.drive(next.run_with_data(ctx, operation_name, data)));
        tokio::time::timeout(events.time, answer).await.unwrap_or_else(|_| {
            // what the event left behind in the library would come with the next one: this one is the last
            events.late.store(true, Ordering::Release);
            Response::default()
        })
    }
}

impl Graph {
    /// Answers an operation as often as there is something to answer. A refusal is the last answer.
    pub fn subscribe(&self, operation: Operation) -> BoxStream<'static, Reply> {
        let graph = self.clone();
        stream::once(async move { graph.begin(operation).await }).flatten().boxed()
    }

    async fn begin(self, operation: Operation) -> BoxStream<'static, Reply> {
        let receipt = self.account(&operation);
        let prepared = match self.admit(operation).await {
            Ok(prepared) => prepared,
            Err(problem) => return stream::iter([Reply::refused(problem)]).boxed(),
        };
        if prepared.kind != OperationType::Subscription {
            let _place = match self.admission.enter(|| prepared.class()) {
                Ok(place) => place,
                Err(problem) => return stream::iter([Reply::refused(problem)]).boxed(),
            };
            let mut reply = self.run(&prepared, receipt.clone()).await;
            reply.plan = self.plan_told(&prepared, &reply);
            reply.receipt = receipt.filter(|receipt| receipt.is_itemized());
            return stream::iter([reply]).boxed();
        }
        let who = match self.who(&prepared).await {
            Ok(who) => who,
            Err(problem) => return stream::iter([Reply::refused(problem)]).boxed(),
        };
        let paid = match self.pay(&prepared, &who).await {
            Ok(paid) => paid,
            Err(reply) => return stream::iter([*reply]).boxed(),
        };
        let wanted = prepared.asked().receipt || prepared.asked().cost;
        let events = Arc::new(Events {
            stores: Arc::clone(&self.stores),
            time: self.limits.time,
            turns: Arc::clone(&self.turns),
            account: receipt.filter(|_| wanted).map(Mutex::new),
            late: AtomicBool::new(false),
        });
        let asked_by = AskedBy { viewer: who.viewer().ok(), seen: Instant::now() };
        let request = self.request(&prepared, Arc::new(who), paid.as_ref()).data(Arc::clone(&events));
        let responses = self.streaming.execute_stream(request);
        let standing = paid.map(|paid| paid.standing);
        let following = Following { graph: self, prepared, standing, asked_by, events, responses: Some(responses) };
        stream::unfold(following, Following::next).boxed()
    }
}

/// A subscription under way.
struct Following {
    graph: Graph,
    prepared: Prepared,
    /// After the subscription was paid for.
    standing: Option<Standing>,
    asked_by: AskedBy,
    events: Arc<Events>,
    /// None once there is nothing more to come.
    responses: Option<BoxStream<'static, Response>>,
}

/// For whom events are answered.
struct AskedBy {
    /// None if it could not be told: then for nobody in particular.
    viewer: Option<Viewer>,
    /// When that was so.
    seen: Instant,
}

impl Following {
    async fn next(mut self) -> Option<(Reply, Self)> {
        let mut responses = self.responses.take()?;
        let response = responses.next().await?;
        let mut reply = match self.may_go_on().await {
            Ok(()) => self.prepared.reply(response),
            Err(problem) => Reply::refused(problem),
        };
        let receipt = self.events.receipt();
        let actual = receipt.as_deref().map_or(self.prepared.cost, cost::actual);
        reply.cost = self.prepared.told(actual, self.standing.as_ref());
        reply.receipt = receipt.filter(|receipt| receipt.is_itemized());
        self.responses = Some(responses).filter(|_| reply.refusal().is_none());
        Some((reply, self))
    }

    async fn may_go_on(&mut self) -> Result<(), Problem> {
        if self.events.late.load(Ordering::Acquire) {
            return Err(self.graph.too_late("an event"));
        }
        // a session that ended, or an account that may do less, is answered no more; a store that is down ends nothing
        if self.asked_by.seen.elapsed() > TRUSTED {
            let who = self.events.in_turn(self.graph.who(&self.prepared)).await?;
            if who.viewer().is_ok_and(|viewer| self.asked_by.viewer.is_some_and(|asked| asked != viewer)) {
                return Err(Problem::new(Code::Unauthenticated, "the account may do something else than before: subscribe again"));
            }
            self.asked_by.seen = Instant::now();
        }
        Ok(())
    }
}
