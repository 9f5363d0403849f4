SELECT version FROM articles WHERE id = ?1;
