/* The page about the API: its filter, what copies, and what sends. Without a script all of it can be read. */
(() => {
  const start = () => {
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const calls = all('.call');
    const filter = document.getElementById('filter');
    const found = document.getElementById('found');
    for (const part of all('search, .token, .copy, form.try')) part.hidden = false;

    const words = new Map(calls.map((call) => [call, call.textContent.toLowerCase()]));
    const look = () => {
      const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const call of calls) call.hidden = !wanted.every((word) => words.get(call).includes(word));
      for (const group of all('.group')) group.hidden = !group.querySelector('.call:not([hidden])');
      const shown = calls.filter((call) => !call.hidden).length;
      found.textContent = wanted.length ? `${shown} of ${calls.length} calls` : `${calls.length} calls`;
    };
    filter.addEventListener('input', look);
    look();

    const open = () => {
      const call = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!call?.matches('.call')) return;
      filter.value = '';
      look();
      call.open = true;
      call.scrollIntoView();
    };
    addEventListener('hashchange', open);
    open();

    addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target.matches('input, textarea, select')) return;
      event.preventDefault();
      filter.focus();
    });

    for (const button of all('.copy')) {
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(button.nextElementSibling.textContent);
        button.textContent = 'Copied';
        setTimeout(() => { button.textContent = 'Copy'; }, 2000);
      });
    }
    for (const form of all('form.try')) form.addEventListener('submit', (event) => {
      event.preventDefault();
      send(form);
    });
  };

  const request = (form) => {
    const { method, path } = form.dataset;
    const headers = {};
    const query = new URLSearchParams();
    let place = path;
    for (const field of form.querySelectorAll('[data-in]')) {
      const value = field.value.trim();
      if (field.dataset.in === 'path') place = place.replace(`{${field.name}}`, encodeURIComponent(value));
      else if (value && field.dataset.in === 'query') query.set(field.name, value);
      else if (value) headers[field.name] = value;
    }
    const token = document.getElementById('token').value.trim();
    if (token) headers.Authorization = `Bearer ${token}`;
    const body = form.elements.namedItem('body');
    if (body?.value.trim()) headers['Content-Type'] = body.dataset.type;
    const url = new URL(place.slice(1), new URL('.', location.href));
    url.search = query;
    return [url, { method, headers, body: body?.value.trim() ? body.value : undefined, cache: 'no-store' }];
  };

  const send = async (form) => {
    const status = form.querySelector('[role=status]');
    const shown = form.querySelector('pre');
    const button = form.querySelector('button');
    button.disabled = true;
    status.textContent = 'Sending…';
    try {
      const response = await fetch(...request(form));
      const text = await response.text();
      status.textContent = `Answered ${response.status}`;
      if (response.status === 401) status.textContent += ': sign in to the dashboard, or give a token above';
      shown.textContent = pretty(text);
      shown.hidden = text === '';
    } catch {
      status.textContent = 'No answer';
      shown.hidden = true;
    } finally {
      button.disabled = false;
    }
  };

  const pretty = (text) => {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
  };

  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
  else start();
})();
