INSERT INTO acknowledged (number) VALUES ($1)
