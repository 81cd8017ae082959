// The words of the page, from one file each language: texts/en.js, texts/de.js. A text has {names} to fill in;
// one with `one` and `other` is chosen by its {n}, as the language counts.
import en from './texts/en.js';

const LANGUAGES = { en: () => Promise.resolve({ default: en }), de: () => import('./texts/de.js') };
const LABELS = { en: 'English', de: 'Deutsch' };
const KEY = 'language';
let texts = en;
let current = 'en';
let plural = new Intl.PluralRules('en');

export const languages = Object.keys(LANGUAGES).map((name) => ({ name, label: LABELS[name] }));
export const language = () => current;

// The reader's choice, else the first language of the browser that there is.
export function chosen() {
  const wanted = [localStorage.getItem(KEY), ...navigator.languages].map((name) => name?.slice(0, 2).toLowerCase());
  return wanted.find((name) => name in LANGUAGES) ?? 'en';
}

export async function speak(name) {
  texts = (await LANGUAGES[name]()).default;
  current = name;
  plural = new Intl.PluralRules(name);
  document.documentElement.lang = name;
}

export async function choose(name) {
  localStorage.setItem(KEY, name);
  await speak(name);
}

export function t(key, values = {}) {
  const found = texts[key] ?? en[key] ?? key;
  const text = typeof found === 'string' ? found : found[plural.select(values.n)] ?? found.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? value.toLocaleString(current) : value;
  });
}

// Whether there is such a text: for names that the service sends.
export const has = (key) => key in texts || key in en;
