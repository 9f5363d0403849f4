SELECT doc ->> 'member' AS member, doc ->> 'score' AS score
FROM members
ORDER BY doc ->> 'score' DESC, doc ->> 'member'
LIMIT ?1
