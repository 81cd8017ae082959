"""The numbers of Postgres' advisory locks, each once. All but the last end with their transaction.

A lock of one number and one of a number and a part are never the same to Postgres; the numbers differ
nonetheless, so that pg_locks tells which is waited for.
"""

from __future__ import annotations

# With one of 256 buckets of identity keys and companies: writers that share one go one after the other.
INTAKE_KEYS = 71
# With the hash of a lane: one claim of a lane at a time, so that no more batches run than may.
CLAIM = 72
# Who adds changes up to the counts; the triggers on TRUNCATE (sql/0007_counts.sql) wait for it.
COUNTS = 73
# Who counts the tables anew. Not COUNTS: TRUNCATE waits for that one while it holds the tables.
RECOUNT = 74
# With 0: searches for duplicates share it, a merge has it alone.
MERGE = 75
# Who reserves money: one after the other, so that no ceiling is passed.
MONEY = 76
# Who learns from the ledger: one at a time.
LEARNING = 77
# Who publishes or drafts scoring models: one after the other.
MODELS = 79
# Who decides which predictive model is in force: one after the other.
PREDICTIONS = 80
# Who gives hot leads to owners: one after the other, after the leads are locked.
ROUTING = 81
# Who publishes or drafts routing models: one after the other.
ROUTING_MODELS = 82
# Who migrates the database: one at a time. Held by a connection, as migrations are transactions of their own.
MIGRATIONS = 83
# Who looks for what does not come as it usually does: one at a time.
WATCHING = 85

# Not a lock but the seed of the hashes that are: of a caller and its Idempotency-Key, so that of two requests
# with one key the second is told. Such a hash has 64 bits and does not meet the numbers above.
IDEMPOTENCY_SEED = 7
