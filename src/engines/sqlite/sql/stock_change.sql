UPDATE products SET stock = stock + ?2, version = version + 1 WHERE id = ?1;
