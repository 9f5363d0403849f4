INSERT OR REPLACE INTO article_words (rowid, title, body)
SELECT number, value ->> 1, value ->> 2 FROM json_each(?1) CROSS JOIN articles ON articles.id = unhex(value ->> 0);
