SELECT member, score
FROM members
ORDER BY score DESC, member
LIMIT ?1
