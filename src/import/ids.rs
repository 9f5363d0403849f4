//! Source keys become ids: the same key of the same source is the same id in every run, so importing again changes nothing, and
//! files can name one another's rows by their own keys.

use super::entity::Entity;
use sha2::{Digest, Sha256};
use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

/// The id of a row. A key that is already a TypeID of the entity is kept; any other becomes a UUIDv8 from SHA-256 of source, entity, key.
pub fn id(source: &str, entity: Entity, key: &str) -> Uuid {
    if let Ok(known) = key.parse::<TypeSafeId<DynamicType>>()
        && Some(known.type_prefix()) == entity.prefix()
    {
        return known.uuid();
    }
    let mut hash = Sha256::new();
    // NUL stands in none of the three, so no two triples run together
    for part in [source, entity.name(), key] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_bytes(bytes).with_version(uuid::Version::Custom).with_variant(uuid::Variant::RFC4122).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::ProductId;

    #[test]
    fn keys_become_the_same_version_8_id_each_time_and_typeids_are_kept() {
        let chai = id("northwind", Entity::Products, "1");
        assert_eq!((chai, chai.get_version_num()), (id("northwind", Entity::Products, "1"), 8));
        assert_eq!(chai.to_string(), "c70209a8-1a0b-8082-835d-fc6454ac68e9");
        assert_ne!(chai, id("northwind", Entity::Categories, "1"));
        assert_ne!(chai, id("southwind", Entity::Products, "1"));
        let own = ProductId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id("northwind", Entity::Products, &own.to_string()), own.uuid());
        assert_ne!(id("northwind", Entity::Orders, &own.to_string()), own.uuid());
    }
}
