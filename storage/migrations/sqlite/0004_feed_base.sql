-- The feed of SQLite is numbered by the file itself, wherever that goes.
SELECT 1;
