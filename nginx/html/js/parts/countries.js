// Countries in the reader's language, by their codes (ISO 3166-1 alpha-2).
import { language } from '../texts.js';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const lists = {};
const names = () => new Intl.DisplayNames(language(), { type: 'region', fallback: 'none' });

// 'DE' -> "Germany"; what is no code stays as it is.
export function country(code) {
  return (/^[A-Z]{2}$/.test(code ?? '') && names().of(code)) || code;
}

// All there are, by name: [{name: 'DE', label: 'Germany'}]. Codes of former countries are others' aliases.
export const countries = () => (lists[language()] ??= LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
  .filter((code) => !['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'].includes(code) && new Intl.Locale(`und-${code}`).region === code && names().of(code))
  .map((code) => ({ name: code, label: country(code) })).sort((a, b) => a.label.localeCompare(b.label, language())));
