-- the rows of products_put once more, each with its words
INSERT OR REPLACE INTO product_words (rowid, name, description)
SELECT number, value ->> 1, value ->> 2 FROM json_each(?1) CROSS JOIN products ON products.id = unhex(value ->> 0);
