//! The load: customers who buy, pay, call off and look, a keeper who changes a price and brings pieces, visitors who read the price.
//! Each writes down what it sent and what it saw.

mod customer;
mod keeper;
mod recorder;
mod visitor;

use crate::{
    history::{Allowed, History, Micros, Person, Shop},
    lab::{Admin, REQUEST},
    rng::Rng,
};
use recorder::Recorder;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Who comes, and what they do besides buying.
#[derive(Clone, Debug)]
pub struct Plan {
    pub customers: usize,
    pub visitors: usize,
    pub seed: u64,
    /// Of 100 requests, how many the client hangs up on.
    pub hang_ups: u64,
    /// Of 100 operations that are not orders to place, none if only placing matters.
    pub variety: bool,
    /// A pause between two operations of one customer, in milliseconds at most.
    pub pause: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { customers: 8, visitors: 2, seed: 1, hang_ups: 0, variety: true, pause: 10 }
    }
}

/// What all tasks share.
pub struct Scene {
    pub plan: Plan,
    pub shop: Shop,
    pub servers: Vec<String>,
    pub start: Instant,
    /// No more new operations; those that were begun are settled.
    pub closing: CancellationToken,
    pub log: Mutex<Vec<crate::history::Entry>>,
}

pub struct Load {
    scene: Arc<Scene>,
    tasks: Vec<JoinHandle<Person>>,
    pub allowed: Allowed,
}

/// Longest that anything may take to be settled after the load has ended.
pub const SETTLING: Duration = Duration::from_secs(30);

impl Load {
    /// Everybody comes; returns once the customers have their accounts.
    pub async fn begin(plan: Plan, shop: &Shop, servers: &[&str], admin: &Admin) -> Self {
        let servers = servers.iter().map(|address| (*address).to_owned()).collect();
        let (shop, closing) = (shop.clone(), CancellationToken::new());
        let scene = Arc::new(Scene { plan, shop, servers, start: Instant::now(), closing, log: Mutex::default() });
        let mut tasks = Vec::new();
        let mut rng = Rng::new(scene.plan.seed);
        let (entered, mut inside) = tokio::sync::mpsc::channel(64);
        for _ in 0..scene.plan.customers {
            let recorder = Recorder::new(&scene, tasks.len(), Rng::new(rng.number()));
            tasks.push(tokio::spawn(customer::run(recorder, entered.clone())));
        }
        for _ in 0..scene.plan.visitors {
            let recorder = Recorder::new(&scene, tasks.len(), Rng::new(rng.number()));
            tasks.push(tokio::spawn(visitor::run(recorder)));
        }
        if scene.plan.variety {
            let recorder = Recorder::new(&scene, tasks.len(), Rng::new(rng.number()));
            tasks.push(tokio::spawn(keeper::run(recorder, admin.clone())));
        }
        drop(entered);
        for _ in 0..scene.plan.customers {
            let _somebody_could_not_come_which_the_checker_tells = inside.recv().await;
        }
        let micros = |duration: Duration| duration.as_micros() as Micros;
        let allowed = Allowed { patience: micros(REQUEST), age: micros(Duration::from_secs(1)), ..Allowed::default() };
        Self { scene, tasks, allowed }
    }

    /// Now, as the log counts time.
    pub fn now(&self) -> Micros {
        self.scene.start.elapsed().as_micros() as Micros
    }

    /// Requests that came to anything so far.
    pub fn answers(&self) -> usize {
        self.scene.log.lock().unwrap().len()
    }

    /// Requests that their clients hung up on so far.
    pub fn hung_up(&self) -> usize {
        self.scene.log.lock().unwrap().iter().filter(|entry| entry.answer == crate::history::Answer::HungUp).count()
    }

    /// Requests whose outcome was unknown so far.
    pub fn unknown(&self) -> usize {
        let unknown = crate::history::Answer::Failed("UNKNOWN_OUTCOME".to_owned());
        self.scene.log.lock().unwrap().iter().filter(|entry| entry.answer == unknown).count()
    }

    /// Lets everybody settle what they began; what they wrote down.
    pub async fn end(self) -> History {
        self.scene.closing.cancel();
        let mut people = Vec::new();
        for task in self.tasks {
            people.push(task.await.unwrap());
        }
        let entries = std::mem::take(&mut *self.scene.log.lock().unwrap());
        History { shop: self.scene.shop.clone(), people, entries, allowed: self.allowed }
    }
}
