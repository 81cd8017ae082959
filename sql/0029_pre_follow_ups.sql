-- What happens after a lead became hot: how long people took by their own hours, and events of it.
-- depends: 0028_pre_handlings

ALTER TABLE hot_changes ADD COLUMN working_minutes real CHECK (working_minutes >= 0);
COMMENT ON COLUMN hot_changes.working_minutes IS 'Minutes to the first touch in the working time of who had it; NULL: not measured yet.';
COMMENT ON COLUMN hot_changes.won_at IS 'Since when its status is converted.';

-- What is followed: changes that nobody touched, page by page; what is to be measured.
DROP INDEX hot_changes_untouched;
CREATE INDEX hot_changes_untouched ON hot_changes (lead_id, number) WHERE touched_at IS NULL;
CREATE INDEX hot_changes_unmeasured ON hot_changes (touched_at)
    WHERE touched_at IS NOT NULL AND working_minutes IS NULL;

-- A merge gives a change to the lead that stays open.
ALTER TABLE follow_ups DROP CONSTRAINT follow_ups_lead_id_number_fkey;
ALTER TABLE follow_ups ADD CONSTRAINT follow_ups_lead_id_number_fkey FOREIGN KEY (lead_id, number)
    REFERENCES hot_changes ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE lead_events DROP CONSTRAINT lead_events_type_check;
ALTER TABLE lead_events ADD CONSTRAINT lead_events_type_check CHECK (type IN (
    'lead.created', 'lead.enriched', 'lead.scored', 'lead.became_hot', 'lead.cooled',
    'lead.status_changed', 'lead.assigned', 'lead.claimed', 'lead.contacted', 'lead.won',
    'lead.employer_changed', 'lead.refusals_changed', 'lead.refused', 'lead.dead', 'lead.let_go'));
