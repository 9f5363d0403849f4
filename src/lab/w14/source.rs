//! The sources: the product's own engines with the demo's shop in them, each made and filled once for all arms over it.

use crate::{
    engines::{Limits, postgres::Postgres, sqlite::Sqlite},
    progress::Silent,
    roles::Relational,
    seed,
    shop::{Detail, ProductFilter, ProductId, ProductOrder, Window},
};
use polystore_lab::{LabError, Load, Result, site::Site};
use sqlx::ConnectOptions as _;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Orders of the demo's shop at scale 1.
const ORDERS: f64 = 50_000.0;

/// A filled engine.
pub struct Source {
    /// `sqlite` or `postgres`.
    pub store: &'static str,
    /// The role.
    pub relational: Arc<dyn Relational>,
    filled: Mutex<Option<(Load, Vec<ProductId>)>>,
}

impl Source {
    /// A file of the session's folder.
    pub async fn sqlite(site: &Site) -> Result<Arc<Self>> {
        let file = site.folder().join("w14_source.db");
        let engine = Sqlite::connect(&format!("sqlite:{}", file.display()), &Limits::default()).await?;
        Ok(Self::of("sqlite", Arc::new(engine)))
    }

    /// A database of the lab's; `None` without a server.
    pub async fn postgres(site: &Site) -> Result<Option<Arc<Self>>> {
        let Some(place) = site.postgres("w14 source").await? else { return Ok(None) };
        let url = place.options.to_url_lossy().to_string();
        place.pool.close().await;
        let engine = Postgres::connect(&url, &Limits::default()).await?;
        Ok(Some(Self::of("postgres", Arc::new(engine))))
    }

    fn of(store: &'static str, relational: Arc<dyn Relational>) -> Arc<Self> {
        Arc::new(Self { store, relational, filled: Mutex::default() })
    }

    /// Fills it, if that has not been done for this load: some products, in an order that all engines share.
    pub async fn fill(&self, load: &Load) -> Result<Vec<ProductId>> {
        let mut filled = self.filled.lock().await;
        match &*filled {
            Some((done, products)) if done == load => return Ok(products.clone()),
            Some(_) => return Err(LabError::Unsupported("the shop of W14 is filled once in a session".to_owned())),
            None => {}
        }
        self.relational.migrate().await?;
        let scale = seed::Scale::new(load.size as f64 / ORDERS).map_err(|error| LabError::Refused(error.to_string()))?;
        let plan = seed::Plan { scale, seed: load.seed };
        let failed = |error: seed::SeedError| match error {
            seed::SeedError::Store(error) => LabError::from(error),
            other => LabError::store(self.store, other),
        };
        seed::run_relational(&*self.relational, &plan, &Silent).await.map_err(failed)?;
        let page =
            self.relational.products_page(&ProductFilter::default(), ProductOrder::default(), &Window::first(20), Detail::Whole).await?;
        let mut products: Vec<_> = page.items.into_iter().map(|product| product.id).collect();
        products.sort_unstable_by_key(ToString::to_string);
        *filled = Some((*load, products.clone()));
        Ok(products)
    }
}
