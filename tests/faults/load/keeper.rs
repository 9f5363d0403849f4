//! Who runs the shop: turns the dial, which is a price that counts up, reads it, and brings pieces of what is scarce.

use super::recorder::Recorder;
use crate::{
    graph::Credentials,
    history::{Op, Person},
    lab::Admin,
};
use tokio::time::sleep;

pub async fn run(mut me: Recorder, admin: Admin) -> Person {
    me.who = Credentials { email: admin.email, password: admin.password };
    me.settle(&Op::SignIn, None).await;
    let mut minor = me.scene.shop.first_price;
    while !me.is_over() {
        minor += 1;
        let key = me.key();
        me.settle(&Op::Price { minor }, Some(&key)).await;
        me.send(&Op::ReadPrice, None).await;
        if me.rng.percent(30) {
            let (product, delta, key) = (me.rng.below(3), me.rng.between(1, 5), me.key());
            me.settle(&Op::Adjust { product, delta }, Some(&key)).await;
            // a second time, as a client does that is not sure
            if me.rng.percent(30) {
                me.send(&Op::Adjust { product, delta }, Some(&key)).await;
            }
        }
        // now and then so long that a copy of the price before would be too old
        let pause = if me.rng.percent(5) { me.rng.millis(1_200, 1_600) } else { me.rng.millis(30, 120) };
        sleep(pause).await;
    }
    Person { email: me.who.email, customer: None }
}
