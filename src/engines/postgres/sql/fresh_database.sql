-- The statements that replace a database by an empty one; identifiers cannot be bound, so the server quotes them.
SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1::text), format('CREATE DATABASE %I', $1::text)
