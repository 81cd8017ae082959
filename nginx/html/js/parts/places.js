// What a column of a file or a value that a source sends may become: the fields of a lead in their groups, an
// answer of its own, or nothing.
import { el } from '../dom.js';
import { title } from '../format.js';
import { t } from '../texts.js';

const CUSTOM = 'custom.';
const LONGEST = 96;
const CAMPAIGN = ['source', 'medium', 'campaign', 'term', 'content'].map((name) => `utm.${name}`);

// The options of a select: `place` is chosen ("" or null: nothing), `name` is what the sender calls it.
export function places(ctx, place, name) {
  const groups = ['contact', 'organization', 'lead'].map((entity) => ({ label: t(`places.${entity}`), fields: ctx.terms.fieldsOf(entity)
    .filter(({ lead, type }) => lead && type !== 'object')
    .map(({ lead, label }) => ({ lead, label: entity === 'organization' ? `${label} (${t('places.organization')})` : label })) }));
  groups.push({ label: t('places.campaign'), fields: CAMPAIGN.map((lead) => ({ lead, label: title(lead.replace('.', ' ')) })) });
  const isKnown = groups.some(({ fields }) => fields.some(({ lead }) => lead === place));
  const isCustom = place?.startsWith(CUSTOM);
  const option = (value, label) => el('option', { value, selected: value === (place ?? '') }, label);
  return [
    option('', t('places.nothing')),
    option(isCustom ? place : `${CUSTOM}${name}`.slice(0, LONGEST), t('places.custom')),
    place && !isKnown && !isCustom ? option(place, title(place.replaceAll('.', ' '))) : null,
    groups.map(({ label, fields }) => el('optgroup', { label }, fields.map((field) => option(field.lead, field.label)))),
  ];
}
