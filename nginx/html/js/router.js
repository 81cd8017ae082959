// Addresses behind "#/", so that links in messages and the browser's back button work.
import PAGES from './pages.js';

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (path) => new RegExp(`^${path.split('/').map((part) => (part.startsWith(':') ? `(?<${part.slice(1)}>[^/]+)` : escaped(part))).join('/')}/?$`);

// The address of a page: address('leads', {grade: 'hot'}) -> "#/leads?grade=hot"; empty values are left out.
export function address(path, query = {}) {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const given = new URLSearchParams(entries.filter(([, value]) => value !== null && value !== undefined && value !== ''));
  return `#/${path}${String(given) && `?${given}`}`;
}

// "#/leads/7?a=b" -> its page, the texts of its address and its query; no page where there is none. The page
// with the most fixed parts wins, so that "leads/new" is no lead.
export function pageAt(hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?');
  const fixed = ({ path: of }) => of.split('/').filter((part) => !part.startsWith(':')).length;
  const [page] = PAGES.filter(({ path: of }) => pattern(of).test(path)).sort((a, b) => fixed(b) - fixed(a));
  if (!page) return { path, params: {}, query: new URLSearchParams(query) };
  const params = { ...pattern(page.path).exec(path).groups };
  return { page, path, params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)])), query: new URLSearchParams(query) };
}

// A file that is gone was replaced by an update: then everything is loaded anew.
export const load = ({ file }) => import(`./pages/${file}.js`).catch(async (error) => {
  const answer = await fetch(new URL(`./pages/${file}.js`, import.meta.url)).catch(() => null);
  if (answer?.status === 404) location.reload();
  throw error;
});
export { PAGES };
