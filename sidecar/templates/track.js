/* Page views of visitors who agree: docs/TRACKING.md. <script src="…/v1/track.js?key=KEY" async></script> */
(() => {
  const d = document, n = navigator, w = window, ID = 'enrichment_id', OK = 'enrichment_consent';
  const at = new URL(d.currentScript.src), key = at.searchParams.get('key');
  const to = new URL(`forms/${key}/`, at);
  const quiet = n.globalPrivacyControl || n.doNotTrack === '1' || w.doNotTrack === '1';
  let shown;

  const store = (name, value) => {
    try {
      if (value === undefined) return localStorage.getItem(name);
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch { /* the browser keeps nothing: neither do we */ }
    return null;
  };
  const allowed = () => !quiet && store(OK) === 'yes';
  const id = () => {
    if (!allowed()) return null;
    if (!store(ID)) store(ID, crypto.randomUUID());
    return store(ID);
  };

  const send = (type, more) => {
    const anonymous_id = id();
    if (!anonymous_id) return false;
    const campaign = {};
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (/^(utm_\w+|gclid|fbclid)$/.test(name)) campaign[name] = value.slice(0, 200);
    }
    const body = JSON.stringify({
      type, anonymous_id, campaign, event_id: crypto.randomUUID(),
      url: location.origin + location.pathname, referrer: d.referrer.split(/[?#]/)[0], ...more,
    });
    return n.sendBeacon(new URL('events', to), body);
  };

  const page = () => {
    if (shown === location.href || !send('page_view')) return;
    shown = location.href;
    if (d.getElementById(ID)) return;
    const trap = d.createElement('a'); // people neither see nor reach it
    trap.id = ID;
    trap.href = new URL(`trap?visitor=${id()}`, to);
    trap.rel = 'nofollow';
    trap.tabIndex = -1;
    trap.hidden = true;
    d.body.append(trap);
  };

  w.enrichment = {
    consent(given) {
      if (given === undefined) return quiet ? false : { yes: true, no: false }[store(OK)] ?? null;
      if (quiet) given = false;
      if (!given) store(ID, null);
      store(OK, given ? 'yes' : 'no');
      if (given) page();
      return given;
    },
    id, page,
    identify: (email) => send('identify', { email }),
  };
  const start = () => { if (allowed()) page(); };
  if (d.prerendering) d.addEventListener('prerenderingchange', start, { once: true });
  else if (d.body) start();
  else d.addEventListener('DOMContentLoaded', start);
})();
