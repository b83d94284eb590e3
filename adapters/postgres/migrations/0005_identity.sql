-- Which ledger this is: message brokers outlive databases, and position 7 of another ledger is another event.
CREATE TABLE ledger.identity (
    id      uuid    NOT NULL DEFAULT gen_random_uuid(),
    only_me boolean PRIMARY KEY DEFAULT true CHECK (only_me)
);
INSERT INTO ledger.identity DEFAULT VALUES;
GRANT SELECT ON ledger.identity TO vitalog;
