SELECT m.doc ->> 'score' AS score,
       1 + (SELECT count(*) FROM members AS better WHERE better.doc ->> 'score' > m.doc ->> 'score')
         + (SELECT count(*) FROM members AS equal
            WHERE equal.doc ->> 'score' = m.doc ->> 'score' AND equal.doc ->> 'member' < m.doc ->> 'member') AS rank
FROM members AS m
WHERE m.id = ?1
