//! The gate and the accounting pass: every arm answers the same questions once, its answers are compared with the reference's, and what its store
//! counted meanwhile is divided by their number. Nothing is timed.

use super::Plan;
use crate::{
    Answer, Arm, Case, Counters, Input, LabError, Load, Result,
    canonical::{Digest, difference, text},
    result::{Answers, ArmRecord, CaseRecord, Difference},
};
use serde_json::Value;
use std::{sync::Arc, time::Instant};

/// Operations ahead of the count: a first one prepares statements and reads the catalogue.
const WARM: usize = 3;

/// Asks all arms; gives the reference's answers, one for each input.
pub async fn run(
    plan: &Plan<'_>,
    id: &str,
    arms: &[Arc<dyn Arm>],
    case: &Case,
    load: &Load,
    inputs: &[Input],
    kept: &mut CaseRecord,
) -> Result<Vec<Value>> {
    let step = plan.progress.start(&format!("{id} {} answers", case.id), arms.len() as u64);
    let mut expected: Option<Expected> = None;
    for (arm, record) in arms.iter().zip(&mut kept.arms).filter(|(_, record)| record.error.is_none()) {
        match plan.or_interrupted(one(plan, &**arm, case, load, inputs, expected.as_ref(), record)).await {
            Ok(asked) => {
                expected.get_or_insert(asked);
            }
            Err(LabError::Interrupted) => return Err(LabError::Interrupted),
            Err(error) => record.error = Some(error.to_string()),
        }
        step.advance(1);
    }
    step.finish();
    Ok(expected.map(|expected| expected.answers).unwrap_or_default())
}

/// What the reference answered.
pub struct Expected {
    answers: Vec<Value>,
    state: Option<Value>,
}

async fn one(
    plan: &Plan<'_>,
    arm: &dyn Arm,
    case: &Case,
    load: &Load,
    inputs: &[Input],
    expected: Option<&Expected>,
    record: &mut ArmRecord,
) -> Result<Expected> {
    record.evidence = Some(arm.tier(case).await?);
    arm.counting(true).await?;
    arm.reset(case, load).await?;
    // on the very connection that is counted: preparing a statement is not what an operation costs
    for input in inputs.iter().take(WARM) {
        arm.op(case, input).await?;
    }
    arm.reset(case, load).await?;
    let begin = Instant::now();
    let before = arm.counters().await?;
    let mut given: Vec<Answer> = Vec::with_capacity(inputs.len());
    let mut failed = None;
    for input in inputs {
        match arm.op(case, input).await {
            Ok(answer) => given.push(answer),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
        // a write that is not done leaves another end state: writes are asked to the end
        if !case.is_write() && begin.elapsed() > plan.effort.gate_time {
            break;
        }
    }
    let after = arm.counters().await;
    arm.counting(false).await?;
    if let Some(error) = failed {
        return Err(error);
    }
    let state = arm.state(case).await?;
    let texts: Vec<String> = given.iter().map(|answer| text(&answer.value)).collect();
    count(record, &before, &after?, &given, &texts);
    let answers: Vec<Value> = given.iter().map(|answer| answer.value.clone()).collect();
    let difference = expected.and_then(|expected| first_difference(expected, &answers, state.as_ref()));
    let mut digest = Digest::default();
    texts.iter().for_each(|text| digest.add(text));
    if let Some(state) = &state {
        digest.add(&text(state));
    }
    record.answers = Some(Answers {
        draws: given.len() as u64,
        rows: given.iter().map(|answer| answer.rows).sum(),
        bytes: texts.iter().map(|text| text.len() as u64).sum(),
        digest: digest.finish(),
        same: difference.is_none(),
        difference,
    });
    if let Some(input) = inputs.first() {
        record.plan = arm.plan(case, input).await?;
    }
    Ok(Expected { answers, state })
}

fn first_difference(expected: &Expected, answers: &[Value], state: Option<&Value>) -> Option<Difference> {
    let pairs = expected.answers.iter().zip(answers).enumerate();
    let gate = pairs.into_iter().find_map(|(draw, (one, other))| difference("gate", draw as u64, one, other));
    gate.or_else(|| {
        let none = Value::Null;
        difference("state", 0, expected.state.as_ref().unwrap_or(&none), state.unwrap_or(&none))
    })
}

/// Differences of counters for each operation, and what can be counted here.
fn count(record: &mut ArmRecord, before: &Counters, after: &Counters, given: &[Answer], texts: &[String]) {
    let ops = given.len().max(1) as f64;
    record.counted_ops = given.len() as u64;
    record.counters =
        after.iter().map(|(name, value)| ((*name).to_owned(), (value - before.get(name).copied().unwrap_or_default()) / ops)).collect();
    record.counters.insert("rows".to_owned(), given.iter().map(|answer| answer.rows as f64).sum::<f64>() / ops);
    record.counters.insert("answer_bytes".to_owned(), texts.iter().map(|text| text.len() as f64).sum::<f64>() / ops);
}
