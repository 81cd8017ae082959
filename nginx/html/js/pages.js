// The pages, each a file below pages/ and its line here. `path` is the address behind "#/", where ":name"
// stands for any text; `menu` is its entry in the menu, for those who have the scope.
// A page's file exports `page({ call, params, query, may, terms, reload })`, which answers the nodes to show;
// while one of them has data-live, the page is asked again from time to time.
export const PAGES = [
  { path: '', file: 'overview', menu: 'Overview', scope: 'leads:read' },
  { path: 'leads', file: 'leads', menu: 'Leads', scope: 'leads:read' },
  { path: 'leads/:id', file: 'lead', scope: 'leads:read' },
];

export const load = ({ file }) => import(`./pages/${file}.js`);

// Pages whose addresses begin alike stand under one entry of the menu.
export const room = ({ path }) => path.split('/')[0];

// "#/leads/7?a=b" -> its page, the texts of its address and its query; no page where there is none.
export function pageAt(hash) {
  const [address, query] = hash.slice(2).split('?');
  for (const page of PAGES) {
    const found = new RegExp(`^${page.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`).exec(address);
    if (found) return { page, params: { ...found.groups }, query: new URLSearchParams(query) };
  }
  return {};
}
