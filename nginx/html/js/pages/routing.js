// The routing model: its versions, and the one in force by which hot leads find their owner.
import { el } from '../dom.js';
import { heading, section } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages } from '../parts/table.js';
import { draft, versions } from '../parts/versions.js';
import { t } from '../texts.js';

export const at = { path: 'routing', scope: 'pii:read', menu: { group: 'rules', order: 30, text: 'nav.routing' } };

const KIND = { name: 'routing', path: 'routing/models' };

export async function load(ctx) {
  const [models, published] = await Promise.all([ctx.call('GET', `routing/models?limit=50&${ctx.query}`), ctx.call('GET', 'routing/models?state=published&limit=1')]);
  return { ...models, inForce: published.data[0] ?? null };
}

export function render({ data, next, inForce }, ctx) {
  return { title: t('nav.routing'), nodes: [
    heading(t('nav.routing'), ctx.may('leads') ? el('button', { class: 'main', onclick: () => draft(ctx, KIND, inForce ? { based_on: inForce.id } : {}) }, t('routing.change')) : null),
    note(inForce ? t('routing.in_force', { version: inForce.model_version }) : t('routing.in_force_shipped')),
    section(t('models.versions'), data.length ? versions(ctx, KIND, data, () => inForce, { caption: t('models.versions') }) : empty(t('routing.none')), pages(ctx, next, data.length)),
  ] };
}
