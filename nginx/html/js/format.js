// Dates, numbers and money as the reader writes them, in the page's language and the reader's time zone.
import { el } from './dom.js';
import { language, t } from './texts.js';

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// The language with the reader's own region, where they fit: en-GB for an English page in Britain. (A browser may
// name what is no language: "en-US@posix".)
const locale = () => navigator.languages.find((name) => name.slice(0, 2) === language() && /^[\w-]+$/.test(name)) ?? language();

export const number = (value, options) => (value === null || value === undefined ? '' : value.toLocaleString(locale(), options));
export const percent = (share, digits = 0) => number(share, { style: 'percent', maximumFractionDigits: digits });
export const money = (amount, currency = 'USD') => number(amount, { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: amount && Math.abs(amount) < 0.1 ? 4 : 2 });
export const bytes = (count) => number(count / 1024, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
export const when = (iso) => (iso ? new Date(iso).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' }) : '');
export const date = (iso) => (iso ? new Date(iso).toLocaleDateString(locale(), { dateStyle: 'medium' }) : '');
// "2026-11-25" as a day of the calendar, in no zone.
export const day = (text) => new Date(`${text}T12:00:00Z`).toLocaleDateString(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' });

const STEPS = [[60, 'second'], [60, 'minute'], [24, 'hour'], [7, 'day'], [4.35, 'week'], [12, 'month'], [Infinity, 'year']];

export function agoText(iso) {
  let amount = (new Date(iso) - Date.now()) / 1000;
  if (Math.abs(amount) < 10) return t('time.now');
  for (const [size, unit] of STEPS) {
    if (Math.abs(amount) < size) return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'short' }).format(Math.round(amount), unit);
    amount /= size;
  }
  return when(iso);
}

// "3 minutes ago", with the exact time when pointed at.
export const ago = (iso) => (iso ? el('time', { datetime: iso, title: when(iso) }, agoText(iso)) : '');

// "2 h 5 min".
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '';
  const parts = seconds < 90 ? [[Math.round(seconds), 'second']]
    : seconds < 5400 ? [[Math.round(seconds / 60), 'minute']]
      : seconds < 172800 ? [[Math.round(seconds / 3600), 'hour']] : [[Math.round(seconds / 86400), 'day']];
  return parts.map(([value, unit]) => number(value, { style: 'unit', unit, unitDisplay: 'short' })).join(' ');
}

// Never rounded up: 79.9 is not yet the 80 that makes a lead hot.
export const points = (total) => number(Math.floor(total));

// A name of the service as words: "job_title" -> "Job title".
export const title = (name) => String(name ?? '').replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());

// Any value that was sent, as people read it.
export function readable(value) {
  if (value === true) return t('yes');
  if (value === false) return t('no');
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return value.map(readable).join(', ');
  if (value !== null && typeof value === 'object') return Object.entries(value).map(([name, part]) => `${title(name)}: ${readable(part)}`).join('; ');
  return String(value ?? '');
}
