//! W17, sessions: what it costs to read one, and to begin its life anew; and what becomes of those that ended.
//!
//! Nothing is promised about durability: who signed in a moment ago and is signed out by a crash signs in again. Redis and the process are the
//! product's own roles.

mod process;
mod redis;

use crate::shop::{AccountRole, CustomerId, Session, Timestamp};
use async_trait::async_trait;
use polystore_lab::{
    Arm, Case, CaseKind, Input, LabError, Load, Result, Workload, WorkloadAbout,
    draw::Draw,
    site::Site,
    workloads::w17::{
        self as free,
        arm::{Kept, Shelf},
        data::{Signed, told},
    },
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Who is signed in.
pub struct SignedIn;

#[async_trait]
impl Workload for SignedIn {
    fn about(&self) -> WorkloadAbout {
        WorkloadAbout {
            id: "W17",
            title: "Sessions",
            question: "What does it cost to read a session and to begin its life anew, and what becomes of sessions that ended?",
            claims: &["C19", "C14"],
            would_change: "Where each request reads much else from the database anyway, one more row costs little. A session must then end by its \
                           own time and not by a job that deletes it.",
        }
    }

    fn cases(&self) -> Vec<Case> {
        vec![
            Case::read("read", "Read a session"),
            Case::read("touch", "Read a session, and begin its life anew"),
            Case::read("reclaim", "Sessions that ended").kind(CaseKind::Probe),
        ]
    }

    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>> {
        fn arm<S: Shelf + 'static>(shelf: S) -> Arc<dyn Arm> {
            Arc::new(Kept::new(shelf))
        }
        let mut arms = vec![arm(free::sql::Sqlite::make(site).await?), arm(process::Process::default())];
        arms.extend(free::sql::Postgres::make(site).await?.map(arm));
        arms.extend(free::mongodb::Mongo::make(site).await?.map(arm));
        arms.extend(redis::Text::make(site).await?.map(arm));
        arms.extend(free::redis::Hash::make(site).await?.map(arm));
        Ok(arms)
    }

    /// Sessions: no more than a process keeps.
    fn size(&self, quick: bool) -> u64 {
        if quick { 2_000 } else { 50_000 }
    }

    /// One in ten asks for a session that is not there.
    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input> {
        let mut draw = Draw::new(load.seed, &format!("W17 {}", case.id));
        (0..count).map(|_| json!({ "session": draw.below(load.size + load.size / 9) })).collect()
    }
}

/// The shop's session of one who is signed in.
fn session(one: &Signed) -> Result<Session> {
    let signed_in_at = Timestamp::from_millis(one.signed_in_at).map_err(|error| LabError::store("process", error))?;
    Ok(Session { customer_id: CustomerId::from_uuid(one.customer), role: AccountRole::Customer, signed_in_at })
}

/// The shop's session as an answer.
fn told_of(session: Option<Session>) -> Value {
    session.map_or(Value::Null, |session| told(&session.customer_id.to_string(), session.role.code(), session.signed_in_at.millis()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use polystore_lab::measure::verify;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn embedded_arms_agree_and_serve_nobody_who_left() {
        let cases = verify(&SignedIn, 90).await.unwrap();
        for case in &cases[..2] {
            for arm in &case.arms {
                let answers = arm.answers.as_ref().unwrap_or_else(|| panic!("{} {}: {:?}", case.id, arm.name, arm.error));
                assert!(answers.same, "{} {}: {:?}", case.id, arm.name, answers.difference);
            }
        }
        for arm in &cases[2].arms {
            assert!(arm.error.is_none(), "{}: {:?}", arm.name, arm.error);
            assert!(arm.facts.iter().any(|fact| fact.name == "expired served" && fact.value == 0.0), "{:?}", arm.facts);
        }
        let kept = cases[2].arms[0].facts.iter().find(|fact| fact.name == "expired kept").unwrap();
        assert!(kept.value > 0.0, "a table keeps what nobody deletes");
    }
}
