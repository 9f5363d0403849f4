-- An author's own drafts among what is published: with the status ahead of the order they are found without their published articles, and
-- come in the order of the list.
CREATE INDEX articles_author_status ON articles (author_id, status, created_at, id);
CREATE INDEX articles_author_title ON articles (author_id, status, title, id);
