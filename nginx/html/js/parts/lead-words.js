// Values of a lead's fields as people read them, and what stands behind a word of the service.
import { el } from '../dom.js';
import { number, readable, title } from '../format.js';
import { has, t } from '../texts.js';
import { country } from './countries.js';

// A word of a vocabulary: lead.value.cxo is "C-level".
export const inWords = (name) => (has(`lead.value.${name}`) ? t(`lead.value.${name}`) : title(name));

export const ofKind = (kind, name) => (has(`lead.${kind}.${name}`) ? t(`lead.${kind}.${name}`) : title(name));

// "US-DC" is a part of a country by its code: "DC, United States".
const region = (code) => (/^[A-Z]{2}-\w{1,3}$/.test(code) ? `${code.slice(3)}, ${country(code.slice(0, 2))}` : code);

const READERS = {
  country, phone_country: country, region,
  annual_revenue: (amount) => number(amount, { style: 'currency', currency: 'USD', maximumFractionDigits: 0 }),
  founded_year: String,
  company_size: (size) => size.replace(/\d+/g, (digits) => number(Number(digits))).replace('-', '–'),
};

export function textOf(field, value) {
  if (value === null || value === undefined || value === '') return '–';
  if (READERS[field.name]) return READERS[field.name](value);
  return field.choices?.includes(value) && /^[a-z_]+$/.test(value) ? inWords(value) : readable(value);
}

// Where a mail to an address begins: what a stranger wrote before the @ adds no other recipient and no text.
export const mailTo = (email) => `mailto:${encodeURIComponent(email).replaceAll('%40', '@')}`;

// A value, with the link that leads to what it names. `reach`: whether its person may be written to and called.
export function valueOf(field, value, reach) {
  const text = textOf(field, value);
  const safe = typeof value === 'string' ? value : '';
  const away = { rel: 'noopener noreferrer', target: '_blank' };
  if (field.name === 'email' && reach.mail && safe) return el('a', { href: mailTo(safe) }, text);
  if (field.name === 'phone' && reach.call && safe) return el('a', { href: `tel:${safe}` }, text);
  if (field.name === 'linkedin_url' && safe.startsWith('https://www.linkedin.com/')) return el('a', { href: safe, ...away }, safe.replace('https://www.', ''));
  if (field.name === 'domain' && /^[a-z0-9.-]+$/.test(safe)) return el('a', { href: `https://${safe}`, ...away }, text);
  return el('span', { dir: 'auto' }, text);
}

export const sourceOf = (name) => {
  const [, verb, who] = /^(edited|removed) by (.*)$/.exec(name) ?? [];
  return verb ? t(`lead.source.${verb}`, { name: who }) : name === 'lead' ? t('lead.source.lead') : name.replaceAll('_', ' ');
};

export const purposeOf = (name) => ofKind('purpose', name);
