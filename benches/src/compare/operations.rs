//! The operations that are compared, and what each is allowed to cost.

use super::samples::{self, Sample};

/// One operation, as GraphQL and as an endpoint.
pub struct Operation {
    /// Its name, and RAW's path.
    pub name: &'static str,
    text: &'static str,
    /// How often as much CPU as RAW it may take.
    pub goal: Option<f64>,
    /// The variables of its requests.
    pub sample: Sample,
}

macro_rules! sample_operation {
    ($name:literal) => {
        include_str!(concat!("../../../graphql/operations/", $name, ".graphql"))
    };
}

/// All of them.
static ALL: [Operation; 6] = [
    Operation { name: "product", text: include_str!("../../operations/product.graphql"), goal: Some(1.25), sample: samples::product },
    Operation { name: "order_feed", text: sample_operation!("order_feed"), goal: Some(1.25), sample: samples::order_feed },
    Operation { name: "magazine", text: sample_operation!("magazine"), goal: Some(1.35), sample: samples::magazine },
    Operation { name: "trending", text: sample_operation!("trending"), goal: Some(1.5), sample: samples::trending },
    Operation { name: "best_sellers", text: sample_operation!("best_sellers"), goal: None, sample: samples::best_sellers },
    Operation { name: "customer_home", text: sample_operation!("customer_home"), goal: None, sample: samples::customer_home },
];

impl Operation {
    /// One that is only measured, not compared: RAW has no endpoint for it.
    pub const fn alone(name: &'static str, text: &'static str, sample: Sample) -> Self {
        Self { name, text, goal: None, sample }
    }

    /// The document without the comments that stand ahead of it, as a client sends it.
    pub fn document(&self) -> String {
        self.text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
    }
}

/// Those that were asked for by name, all if none was.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Operation>, String> {
    let known = || ALL.iter().map(|operation| operation.name).collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let find = |name: &String| ALL.iter().find(|operation| operation.name == name);
    names.iter().map(|name| find(name).ok_or_else(|| format!("--operation {name}: expected one of {}", known()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_goes_without_its_comments() {
        assert!(ALL.iter().all(|operation| operation.document().starts_with("query ") && operation.text.starts_with('#')));
        assert!(chosen(&["nothing".to_owned()]).err().unwrap().ends_with("best_sellers, customer_home"));
    }
}
