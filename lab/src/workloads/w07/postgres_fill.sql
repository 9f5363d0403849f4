INSERT INTO posts
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])
