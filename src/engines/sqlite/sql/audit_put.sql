INSERT INTO audit (id, at, actor, role, action, subject, request, client, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
