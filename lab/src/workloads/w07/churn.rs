//! Reading a list to its end while others write: what a reader sees twice, and what never.
//!
//! The writers come between two pages, so that the counts are the same each time: after one page two new posts appear at the top, after the next
//! two posts that were already shown go away. A list as long as it was, and a reader who has seen each post once, is what a page promises.

use super::{PAGE, data::Post};
use crate::{Answer, Case, Input, LabError, Load, Result, arm::Fact};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Posts of the list at the start.
const POSTS: u64 = 1_000;
/// Posts that a writer adds or takes between two pages: a tenth of a page.
const CHANGES: usize = 2;

/// What a probe needs of an arm.
#[async_trait]
pub trait Pages: Sync {
    /// Makes the list.
    async fn make(&self, load: &Load) -> Result<()>;
    /// One page.
    async fn page(&self, case: &Case, input: &Input) -> Result<Answer>;
    /// Adds a post.
    async fn add(&self, post: &Post) -> Result<()>;
    /// Takes a post.
    async fn take(&self, post: &Post) -> Result<()>;
}

fn whole(value: &Value, name: &str) -> Result<i64> {
    value[name].as_i64().ok_or_else(|| LabError::store("lab", format!("a page has no {name}")))
}

/// Reads the list to its end.
pub async fn walk(arm: &dyn Pages, case: &Case, load: &Load) -> Result<Vec<Fact>> {
    let load = Load { size: load.size.min(POSTS), seed: load.seed };
    arm.make(&load).await?;
    let mut there: BTreeMap<i64, Post> = super::data::posts(&load).into_iter().map(|post| (post.id, post)).collect();
    let (mut next, newest) = (load.size as i64, there.values().map(|post| post.at).max().unwrap_or_default());
    // what was there all the time must be shown once; what came meanwhile belongs to an earlier page, and what went may be shown or not
    let mut stayed: BTreeSet<i64> = there.keys().copied().collect();
    let mut shown: Vec<i64> = Vec::new();
    let (mut pages, mut added, mut taken, mut oldest_taken) = (0_u64, 0_u64, 0_u64, 0_usize);
    let mut after = super::first();
    // a list that grows as fast as it is read would never end
    while pages < 4 * POSTS / PAGE as u64 {
        let input = json!({ "offset": shown.len(), "after": after });
        let page = arm.page(case, &input).await?.value;
        let rows = page.as_array().map(Vec::as_slice).unwrap_or_default();
        for row in rows {
            shown.push(whole(row, "id")?);
        }
        pages += 1;
        let Some(last) = rows.last() else { break };
        after = json!({ "at": whole(last, "at")?, "id": whole(last, "id")? });
        if pages % 2 == 1 {
            for _ in 0..CHANGES {
                let post = Post { id: next, at: newest + next, title: "new".to_owned() };
                arm.add(&post).await?;
                there.insert(next, post);
                (next, added) = (next + 1, added + 1);
            }
        } else {
            let until = taken + CHANGES as u64;
            // what was shown twice can go only once
            while let (true, Some(id)) = (taken < until, shown.get(oldest_taken)) {
                oldest_taken += 1;
                if let Some(post) = there.remove(id) {
                    arm.take(&post).await?;
                    stayed.remove(&post.id);
                    taken += 1;
                }
            }
        }
    }
    let distinct: BTreeSet<i64> = shown.iter().copied().collect();
    let duplicates = (shown.len() - distinct.len()) as f64;
    let gaps = stayed.difference(&distinct).count() as f64;
    Ok(vec![
        Fact::new("duplicates", duplicates, "count").expected(0.0).note("posts that the reader saw more than once"),
        Fact::new("gaps", gaps, "count").expected(0.0).note("posts that were there all the time and that the reader never saw"),
        Fact::new("pages", pages as f64, "count"),
        Fact::new("posts added meanwhile", added as f64, "count"),
        Fact::new("posts taken meanwhile", taken as f64, "count"),
    ])
}
