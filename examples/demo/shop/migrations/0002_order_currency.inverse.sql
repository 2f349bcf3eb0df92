-- By a new table, because older SQLite cannot drop a column.
CREATE TABLE orders_before (
    id INTEGER PRIMARY KEY,
    item TEXT NOT NULL,
    price TEXT NOT NULL,
    ordered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO orders_before SELECT id, item, price, ordered_at FROM orders;
DROP TABLE orders;
ALTER TABLE orders_before RENAME TO orders;
