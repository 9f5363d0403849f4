-- Ahead of the write, which the driver would refuse without naming a broken reference, and of two taken names either one.
SELECT EXISTS (SELECT 1 FROM products WHERE sku = ?2 AND id <> ?1), EXISTS (SELECT 1 FROM products WHERE slug = ?3 AND id <> ?1),
    EXISTS (SELECT 1 FROM currencies WHERE code = ?4), EXISTS (SELECT 1 FROM categories WHERE id = ?5);
