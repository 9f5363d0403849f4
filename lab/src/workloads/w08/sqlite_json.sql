UPDATE json_documents SET doc = json_set(doc, '$.views', (doc ->> 'views') + 1) WHERE id = ?1
