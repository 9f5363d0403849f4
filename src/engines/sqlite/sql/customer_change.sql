UPDATE customers SET email = ?2, name = ?3 WHERE id = ?1;
