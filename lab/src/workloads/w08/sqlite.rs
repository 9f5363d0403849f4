//! Documents in SQLite: the counter as a column beside the body, and as a field of a JSON text.

use super::{
    data::{Shape, VIEWS, told},
    doc,
};
use crate::{
    Answer, Arm, ArmAbout, Case, Input, Load, Loaded, Result, Source,
    arm::{Backing, Plan, PlanClass},
    site::{Durability, Site, SqlitePlace},
};
use async_trait::async_trait;
use serde_json::{Value, json};

/// How a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// The counter is a column.
    Column,
    /// The whole document is one JSON text.
    Json,
}

/// Documents.
pub struct Documents {
    model: Model,
    place: SqlitePlace,
}

impl Documents {
    /// Makes the database. Its log is synced at checkpoints, as the case promises no more.
    pub async fn make(site: &Site, model: Model) -> Result<Self> {
        let label = if model == Model::Column { "w08 column" } else { "w08 json" };
        Ok(Self { model, place: site.sqlite(label, Durability::Normal).await? })
    }

    fn change(&self) -> &'static str {
        match self.model {
            Model::Column => include_str!("sqlite_column.sql"),
            Model::Json => include_str!("sqlite_json.sql"),
        }
    }

    async fn touch(&self, doc: i64) -> Result<u64> {
        Ok(sqlx::query(self.change()).bind(doc).execute(self.place.pool()).await?.rows_affected())
    }
}

#[async_trait]
impl Arm for Documents {
    fn about(&self) -> ArmAbout {
        let (name, model) = match self.model {
            Model::Column => ("sqlite column", "a column beside the body"),
            Model::Json => ("sqlite json", "a field of a JSON text"),
        };
        ArmAbout { name, store: "sqlite", model, variant: "idiomatic" }
    }

    fn source(&self, _: &Case) -> Source {
        Source { language: "sql", text: self.change().to_owned() }
    }

    fn backing(&self) -> &dyn Backing {
        &self.place
    }

    async fn load(&self, _: &Load) -> Result<Loaded> {
        self.place.script(include_str!("sqlite_tables.sql")).await?;
        Ok(Loaded::default())
    }

    async fn reset(&self, case: &Case, load: &Load) -> Result<()> {
        let shape = Shape::of(case)?;
        self.place.script(include_str!("sqlite_tables.sql")).await?;
        let fill = match self.model {
            Model::Column => "INSERT INTO documents (id, views, body) VALUES (?1, ?2, ?3)",
            Model::Json => "INSERT INTO json_documents (id, doc) VALUES (?1, json_object('views', ?2, 'body', ?3))",
        };
        let mut transaction = self.place.pool().begin().await?;
        for (id, body) in (0_i64..).zip(shape.bodies(load)) {
            sqlx::query(fill).bind(id).bind(VIEWS).bind(body).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.place.settle().await?;
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
            Model::Json => "SELECT id, doc ->> 'views', doc ->> 'body' FROM json_documents ORDER BY id",
        };
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(all).fetch_all(self.place.pool()).await?;
        Ok(Some(rows.iter().map(|(id, views, body)| told(*id, *views, body)).collect()))
    }

    async fn plan(&self, _: &Case, _: &Input) -> Result<Option<Plan>> {
        self.place.plan(self.change()).await.map(Some)
    }

    fn expects(&self, _: &Case) -> Option<PlanClass> {
        Some(PlanClass::Index)
    }
}
