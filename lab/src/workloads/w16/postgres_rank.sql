SELECT m.score,
       1 + (SELECT count(*) FROM members AS better WHERE better.score > m.score)
         + (SELECT count(*) FROM members AS equal WHERE equal.score = m.score AND equal.member < m.member) AS rank
FROM members AS m
WHERE m.member = $1
