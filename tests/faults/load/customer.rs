//! A customer: one operation after the other, each until it is settled, some of them sent again although they were.

use super::recorder::Recorder;
use crate::history::{Answer, Op, Order, Person, Seen, Status};
use tokio::{sync::mpsc::Sender, time::sleep};

/// What a customer remembers.
#[derive(Default)]
struct Memory {
    customer: Option<String>,
    orders: Vec<(String, Status)>,
    /// Keys that were used, and for what.
    used: Vec<(Op, String)>,
    /// The quantity of the marker: none twice.
    placed: i64,
}

pub async fn run(mut me: Recorder, entered: Sender<()>) -> Person {
    let mut memory = Memory::default();
    let key = me.key();
    if let Answer::Done(Seen::Customer(id)) = me.settle(&Op::SignUp, Some(&key)).await {
        memory.customer = Some(id);
    }
    let _the_load_may_be_over = entered.send(()).await;
    me.hangs_up = true;
    while !me.is_over() && memory.customer.is_some() {
        match me.rng.below(if me.scene.plan.variety { 100 } else { 65 }) {
            0..60 => place(&mut me, &mut memory).await,
            60..65 => send_an_old_one_again(&mut me, &memory).await,
            65..82 => step(&mut me, &mut memory).await,
            82..94 => look(&mut me, &memory).await,
            _ => {
                let product = me.rng.below(me.scene.shop.products.len());
                me.send(&Op::View { product }, None).await;
            }
        }
        let pause = me.rng.millis(0, me.scene.plan.pause);
        sleep(pause).await;
    }
    Person { email: me.who.email, customer: memory.customer }
}

async fn place(me: &mut Recorder, memory: &mut Memory) {
    memory.placed += 1;
    let shop = &me.scene.shop;
    let (marker, others) = (shop.markers[me.session % shop.markers.len()], shop.products.len() - shop.markers.len());
    let first = me.rng.below(others);
    let mut lines = vec![(first, me.rng.between(1, 3))];
    if me.rng.percent(40) {
        lines.push(((first + 1 + me.rng.below(others - 1)) % others, me.rng.between(1, 3)));
    }
    lines.push((marker, memory.placed));
    let op = Op::Place { lines };
    if let Answer::Done(Seen::Order(Order { id, status, .. })) = several_times(me, memory, &op).await {
        memory.orders.push((id, status));
    }
}

/// Pays or cancels one of the customer's orders.
async fn step(me: &mut Recorder, memory: &mut Memory) {
    let open: Vec<usize> = (0..memory.orders.len()).filter(|index| memory.orders[*index].1 < Status::Shipped).collect();
    let Some(&index) = (!open.is_empty()).then(|| me.rng.pick(&open)) else { return };
    let (order, status) = memory.orders[index].clone();
    let to = if status == Status::Placed && me.rng.percent(60) { Status::Paid } else { Status::Cancelled };
    let op = Op::Move { order: order.clone(), to };
    if several_times(me, memory, &op).await.is_done() {
        memory.orders[index].1 = to;
        if me.rng.percent(50) {
            me.send(&Op::ReadOrder { order }, None).await;
        }
    }
}

async fn look(me: &mut Recorder, memory: &Memory) {
    if memory.orders.is_empty() {
        return;
    }
    // the latest ones rather than any
    let latest = memory.orders.len().saturating_sub(3);
    let order = me.rng.pick(&memory.orders[latest..]).0.clone();
    me.send(&Op::ReadOrder { order }, None).await;
}

/// One to five sendings under one key.
async fn several_times(me: &mut Recorder, memory: &mut Memory, op: &Op) -> Answer {
    let key = me.key();
    let mut answer = if me.rng.percent(10) { me.send_twice(op, &key).await } else { me.send(op, Some(&key)).await };
    if !answer.settles() {
        me.recover(&answer).await;
        answer = me.settle(op, Some(&key)).await;
    }
    if answer.is_done() {
        if me.rng.percent(20) {
            for _ in 0..me.rng.between(1, 4) {
                me.send(op, Some(&key)).await;
            }
        }
        memory.used.push((op.clone(), key));
    }
    answer
}

async fn send_an_old_one_again(me: &mut Recorder, memory: &Memory) {
    if memory.used.is_empty() {
        return;
    }
    let (op, key) = me.rng.pick(&memory.used).clone();
    me.send(&op, Some(&key)).await;
}
