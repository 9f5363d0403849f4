//! A visitor: reads the price that counts up, again and again. Nobody's session.

use super::recorder::Recorder;
use crate::history::{Op, Person};
use tokio::time::sleep;

pub async fn run(mut me: Recorder) -> Person {
    while !me.is_over() {
        me.send(&Op::ReadPrice, None).await;
        let pause = me.rng.millis(5, 30);
        sleep(pause).await;
    }
    Person::default()
}
