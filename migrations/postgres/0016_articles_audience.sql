-- Lists of articles are lists of what somebody sees: what is published, and one's own drafts. With the status ahead of the order a list reads
-- no row that its audience does not see, however many drafts there are.
CREATE INDEX articles_by_status_and_title ON articles (status, title, id);
CREATE INDEX articles_by_author_and_status ON articles (author_id, status, created_at, id);
CREATE INDEX articles_by_author_and_title ON articles (author_id, status, title, id);
