INSERT INTO views (batch_id, at, kind, subject_id, views)
SELECT $1, $2, kind, subject_id, views
FROM unnest(
    $3::text[],
    $4::uuid[],
    $5::bigint[]
) AS given (kind, subject_id, views)
