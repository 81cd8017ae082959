-- What providers cost: the price of each call, for which lead it is paid and why; a lead's own goal.
-- depends: 0018_pre_held_answers

ALTER TABLE leads ADD COLUMN goal text CHECK (goal IN ('decision', 'reach', 'fill'));
COMMENT ON COLUMN leads.goal IS 'What providers are asked for; null: what is set for its source or lane.';

ALTER TABLE work_items ADD COLUMN stopped text CHECK (stopped IN (
    'settled', 'not_worth', 'known', 'nothing_left', 'ceiling', 'waiting', 'refused', 'skipped'));
COMMENT ON COLUMN work_items.stopped IS 'Why no more was asked when its last run with providers ended.';

ALTER TABLE provider_calls ADD COLUMN lead_id uuid, ADD COLUMN price numeric NOT NULL DEFAULT 0,
    ADD COLUMN reason jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN provider_calls.lead_id IS 'The lead for which it is paid: the first of lead_ids that could.';
COMMENT ON COLUMN provider_calls.price IS 'USD: the most that it may cost until it is answered, then what it cost; dropped calls cost nothing.';
COMMENT ON COLUMN provider_calls.reason IS 'Why it was asked: the goal, and what was expected of the answer.';
CREATE INDEX provider_calls_spent ON provider_calls (coalesce(started_at, planned_at)) INCLUDE (provider, sandbox, price)
    WHERE price > 0;
CREATE INDEX provider_calls_lead ON provider_calls (lead_id) WHERE price > 0;
-- What is reserved for an answer that is to come passes to the call that asks for it again.
CREATE INDEX provider_calls_pending ON provider_calls (request_key) WHERE outcome = 'pending' AND price > 0;
