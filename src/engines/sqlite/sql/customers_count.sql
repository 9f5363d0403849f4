SELECT count(*) FROM customers WHERE ?1 IS NULL OR tier = ?1;
