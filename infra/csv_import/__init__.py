"""From a table somebody exported to rows that ``POST /checkups/import`` takes: no network, no clock."""
