//! Somebody's requests: sent, sent again until it is known what became of them, and written down.

use super::{SETTLING, Scene};
use crate::{
    graph::{Client, Credentials},
    history::{Answer, Entry, Op},
    http::Tokens,
    rng::Rng,
};
use std::{sync::Arc, time::Instant};
use tokio::time::sleep;

pub struct Recorder {
    pub scene: Arc<Scene>,
    pub session: usize,
    pub rng: Rng,
    pub who: Credentials,
    /// One for each server.
    clients: Vec<Client>,
    /// For what is sent twice at once.
    twins: Vec<Client>,
    keys: u64,
    pub hangs_up: bool,
}

impl Recorder {
    pub fn new(scene: &Arc<Scene>, session: usize, rng: Rng) -> Self {
        let clients = || scene.servers.iter().map(|address| Client::new(address)).collect();
        let who = Credentials { email: format!("customer-{session}@example.com"), password: format!("the password of {session}") };
        Self { scene: Arc::clone(scene), session, rng, who, clients: clients(), twins: clients(), keys: 0, hangs_up: false }
    }

    pub fn is_over(&self) -> bool {
        self.scene.closing.is_cancelled()
    }

    /// A key that nobody has used.
    pub fn key(&mut self) -> String {
        self.keys += 1;
        format!("{}-{}", self.session, self.keys)
    }

    /// Sends it once.
    pub async fn send(&mut self, op: &Op, key: Option<&str>) -> Answer {
        let server = self.rng.below(self.clients.len());
        let hang_up = (self.hangs_up && self.rng.percent(self.scene.plan.hang_ups)).then(|| self.rng.millis(0, 60));
        let sent = self.now();
        let (client, shop) = (&mut self.clients[server], &self.scene.shop);
        let answer = match hang_up {
            Some(after) => client.send_and_hang_up(shop, &self.who, op, key, after).await,
            None => client.send(shop, &self.who, op, key).await,
        };
        // a session is everybody's who holds it
        let tokens = client.tokens.clone();
        self.hand_on(&tokens);
        self.note(server, op, key, sent, answer)
    }

    /// Sends it on two connections at once; gives the first answer that settles it.
    pub async fn send_twice(&mut self, op: &Op, key: &str) -> Answer {
        let (one, two) = (self.rng.below(self.clients.len()), self.rng.below(self.clients.len()));
        let (sent, shop, who) = (self.now(), &self.scene.shop, &self.who);
        let timed = |answer: Answer, start: Instant| (answer, start.elapsed().as_micros() as u64);
        let start = self.scene.start;
        let (first, second) = tokio::join!(async { timed(self.clients[one].send(shop, who, op, Some(key)).await, start) }, async {
            timed(self.twins[two].send(shop, who, op, Some(key)).await, start)
        },);
        let both = [(one, first), (two, second)].map(|(server, (answer, at))| {
            self.write(Entry {
                session: self.session,
                server,
                op: op.clone(),
                key: Some(key.to_owned()),
                sent,
                at,
                answer: answer.clone(),
            });
            answer
        });
        let [first, second] = both;
        if first.settles() { first } else { second }
    }

    /// Sends it again and again, until it is known what became of it.
    pub async fn settle(&mut self, op: &Op, key: Option<&str>) -> Answer {
        let start = Instant::now();
        loop {
            let answer = self.send(op, key).await;
            if answer.settles() || start.elapsed() > SETTLING {
                return answer;
            }
            self.recover(&answer).await;
        }
    }

    /// After an answer that says nothing: a pause, and where the session is gone a new one.
    pub async fn recover(&mut self, answer: &Answer) {
        let pause = self.rng.millis(5, 40);
        sleep(pause).await;
        if *answer == Answer::Failed("UNAUTHENTICATED".to_owned()) {
            self.send(&Op::SignIn, None).await;
        }
    }

    fn hand_on(&mut self, tokens: &Tokens) {
        for client in self.clients.iter_mut().chain(&mut self.twins).filter(|client| client.tokens != *tokens) {
            client.tokens = tokens.clone();
        }
    }

    fn now(&self) -> u64 {
        self.scene.start.elapsed().as_micros() as u64
    }

    fn note(&self, server: usize, op: &Op, key: Option<&str>, sent: u64, answer: Answer) -> Answer {
        let key = key.map(str::to_owned);
        self.write(Entry { session: self.session, server, op: op.clone(), key, sent, at: self.now(), answer: answer.clone() });
        answer
    }

    fn write(&self, entry: Entry) {
        self.scene.log.lock().unwrap().push(entry);
    }
}
