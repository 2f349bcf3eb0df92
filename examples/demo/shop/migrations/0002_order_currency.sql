-- Expand only: 2.3.0 neither writes nor reads the column, and works with it.
ALTER TABLE orders ADD COLUMN currency TEXT NOT NULL DEFAULT 'EUR';
