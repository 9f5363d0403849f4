//! Documents in PostgreSQL: the counter as a column beside the body, and as a field of JSONB.

use super::{
    data::{Shape, VIEWS, told},
    doc,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, LabError, Load, Loaded, Result, Source,
    arm::{Backing, Plan, Tier},
    site::Site,
    stores::{Bound, PostgresStore},
};
use async_trait::async_trait;
use serde_json::{Value, json};

/// How a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// The counter is a column.
    Column,
    /// The whole document is one JSONB.
    Jsonb,
}

/// Documents.
pub struct Documents {
    model: Model,
    store: PostgresStore,
}

impl Documents {
    /// Makes the database; `None` without a server.
    pub async fn make(site: &Site, model: Model) -> Result<Option<Self>> {
        let label = if model == Model::Column { "w08 column" } else { "w08 jsonb" };
        Ok(PostgresStore::make(site, label, Tier::D1).await?.map(|store| Self { model, store }))
    }

    fn change(&self) -> &'static str {
        match self.model {
            Model::Column => include_str!("postgres_column.sql"),
            Model::Jsonb => include_str!("postgres_jsonb.sql"),
        }
    }

    async fn touch(&self, doc: i64) -> Result<u64> {
        self.store.run(self.change(), &[Bound::Int(doc)]).await
    }
}

#[async_trait]
impl Arm for Documents {
    fn about(&self) -> ArmAbout {
        let (name, model) = match self.model {
            Model::Column => ("postgres column", "a column beside the body"),
            Model::Jsonb => ("postgres jsonb", "a field of JSONB"),
        };
        ArmAbout { name, store: "postgres", model, variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: self.change().to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.store
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        self.store.script(include_str!("postgres_tables.sql")).await?;
        Ok(Loaded::default())
    }

    async fn reset(&self, case: &Case, load: &Load) -> Result<()> {
        let shape = Shape::of(case)?;
        self.store.script(include_str!("postgres_tables.sql")).await?;
        let fill = match self.model {
            Model::Column => include_str!("postgres_column_fill.sql"),
            Model::Jsonb => include_str!("postgres_jsonb_fill.sql"),
        };
        for (first, bodies) in shape.pieces(load) {
            let ids = (first..first + bodies.len() as i64).collect::<Vec<_>>();
            self.store.run(fill, &[Bound::Ints(ids), Bound::Texts(bodies), Bound::Int(VIEWS)]).await?;
        }
        // hint bits and the map of what everybody sees are written now, and not with the first changes
        self.store.script("VACUUM (ANALYZE)").await?;
        if !self.store.checkpoint().await? && shape.first {
            return Err(LabError::Unsupported("first changes after a checkpoint: this user of PostgreSQL may make none".to_owned()));
        }
        if !shape.first {
            for id in 0..load.size as i64 {
                self.touch(id).await?;
            }
        }
        Ok(())
    }

    async fn op(&self, _: &Case, input: &Input) -> Result<Answer> {
        let changed = self.touch(doc(input)).await?;
        Ok(Answer::new(json!({ "changed": changed }), 0))
    }

    async fn state(&self, _: &Case) -> Result<Option<Value>> {
        let all = match self.model {
            Model::Column => "SELECT id, views, body FROM documents ORDER BY id",
            Model::Jsonb => "SELECT id, (doc ->> 'views')::bigint, doc ->> 'body' FROM jsonb_documents ORDER BY id",
        };
        let rows: Vec<(i64, i64, String)> = self.store.rows(all, &[]).await?;
        Ok(Some(rows.iter().map(|(id, views, body)| told(*id, *views, body)).collect()))
    }

    async fn plan(&self, _: &Case, input: &Input) -> Result<Option<Plan>> {
        self.store.plan(self.change(), &[Bound::Int(doc(input))]).await.map(Some)
    }
}
