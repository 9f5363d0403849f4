INSERT INTO posts (id, at, title) VALUES ($1, $2, $3)
