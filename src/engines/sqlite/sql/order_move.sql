UPDATE orders SET status = ?2, version = version + 1 WHERE id = ?1;
