// <lead-form action="https://HOST/api/v1/forms/KEY"></lead-form>: a small lead form for any page.
// It lives in a shadow tree, so neither the page's style nor ours disturbs the other; colours follow
// the page (--lead-form-accent, --lead-form-radius). Texts: attributes heading, button and thanks.
// Attributes: fields="email* full_name phone" (* is required; a name of your own is a question of your own),
// consent="You may send me news." (a box). Labelled inputs of your own go between the tags; their names are
// those of a lead, or your own. The page's campaign (utm_…, click ids) is sent along.
// Events: lead-form-sent, lead-form-failed.
(() => {
  // What is asked for, unless `fields` says otherwise; label, type and what browsers complete, where known.
  const ASKED = 'first_name last_name email* company_name job_title phone message';
  const FIELDS = {
    first_name: ['First name', 'text', 'given-name'], last_name: ['Last name', 'text', 'family-name'],
    full_name: ['Name', 'text', 'name'], email: ['Work e-mail', 'email', 'email'],
    company_name: ['Company', 'text', 'organization'], company_domain: ['Website', 'text', 'url'],
    job_title: ['Job title', 'text', 'organization-title'], phone: ['Phone', 'tel', 'tel'],
    linkedin_url: ['LinkedIn', 'text', 'off'], city: ['City', 'text', 'address-level2'],
    region: ['Region', 'text', 'address-level1'], country: ['Country', 'text', 'country-name'],
    employee_count: ['Employees', 'text', 'off'], message: ['Message', 'textarea', 'off'],
  };
  const words = (name) => name.replaceAll(/[._]/g, ' ').trim().replace(/^./, (first) => first.toUpperCase());

  // Which campaign led to the page. Of the page's address the rest stays here: it may name a person.
  const CLICKS = ['gclid', 'gbraid', 'wbraid', 'fbclid', 'msclkid', 'li_fat_id', 'ttclid'];
  function campaign() {
    const query = [...new URLSearchParams(location.search)].filter(([, value]) => value.trim());
    const utm = Object.fromEntries(query.filter(([name]) => name.startsWith('utm_')).map(([name, value]) => [name.slice(4), value]));
    const clicks = Object.fromEntries(query.filter(([name]) => CLICKS.includes(name)));
    const visitor = window.enrichment?.id(); // of track.js, where the page has it and its visitor agrees
    return {
      ...(Object.keys(utm).length ? { utm } : {}),
      custom: { ...clicks, page_url: location.origin + location.pathname, ...(visitor ? { anonymous_id: visitor } : {}) },
    };
  }

  const STYLE = `
    :host { display: block; max-width: 34rem; font: inherit; color: inherit; }
    form { display: grid; gap: .9rem 1rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
    h2, .wide, p { grid-column: 1 / -1; margin: 0; }
    label { display: grid; gap: .25rem; font-size: .95em; }
    input, textarea { box-sizing: border-box; width: 100%; padding: .55em .7em; font: inherit; color: inherit;
      background: transparent; border: 1px solid color-mix(in srgb, currentcolor 35%, transparent);
      border-radius: var(--lead-form-radius, .45em); }
    textarea { min-height: 5.5em; resize: vertical; }
    :focus-visible { outline: 2px solid var(--lead-form-accent, #1d5fe0); outline-offset: 1px; }
    [aria-invalid=true] { border-color: #b42318; }
    .error { color: #b42318; font-size: .9em; } .error:empty { display: none; }
    button { justify-self: start; padding: .6em 1.3em; font: inherit; font-weight: 600; color: #fff; cursor: pointer;
      background: var(--lead-form-accent, #1d5fe0); border: 0; border-radius: var(--lead-form-radius, .45em); }
    button:disabled { opacity: .6; cursor: default; }
    slot { display: contents; } ::slotted(*) { align-self: start; }
    .box { grid-template-columns: auto 1fr; align-items: baseline; gap: .6em; } .box input { width: auto; }
    .trap { position: absolute; left: -99rem; }`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);

  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  customElements.define('lead-form', class extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      this.problem = make('p', { class: 'error', role: 'alert' });
      this.button = make('button', {}, this.getAttribute('button') ?? 'Send');
      // Not for people: who fills this in is a program.
      const trap = make('label', { class: 'trap', 'aria-hidden': 'true' }, 'Leave this empty',
        make('input', { name: 'website_confirm', tabindex: '-1', autocomplete: 'off' }));
      const asked = (this.getAttribute('fields') ?? ASKED).split(/\s+/).filter(Boolean).map((field) => {
        const name = field.replace(/\*$/, '');
        return this.field(name, ...(FIELDS[name] ?? [words(name), 'text', 'off']), field !== name);
      });
      const consent = this.getAttribute('consent');
      this.form = make('form', { novalidate: '' },
        make('h2', {}, this.getAttribute('heading') ?? 'Talk to us'),
        ...asked, make('slot'),
        ...(consent ? [make('label', { class: 'wide box' }, make('input', { type: 'checkbox', name: 'consent' }), consent)] : []),
        trap, this.problem, this.button);
      this.form.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
      root.append(this.form);
    }

    field(name, text, type, autocomplete, required = false) {
      const input = type === 'textarea' ? make('textarea', { name }) : make('input', { name, type, autocomplete });
      if (required) input.setAttribute('aria-required', 'true');
      const error = make('span', { class: 'error', id: `${name}-error`, 'data-of': name });
      input.setAttribute('aria-describedby', error.id);
      return make('label', type === 'textarea' ? { class: 'wide' } : {}, `${text}${required ? ' *' : ''}`, input, error);
    }

    mark(errors) {
      for (const error of this.form.querySelectorAll('[data-of]')) {
        const found = errors.filter(({ pointer }) => pointer === `/${error.dataset.of}`);
        error.textContent = found.map(({ detail }) => detail).join(' ');
        this.form.elements[error.dataset.of].setAttribute('aria-invalid', String(found.length > 0));
      }
      const known = new Set([...this.form.querySelectorAll('[data-of]')].map((error) => `/${error.dataset.of}`));
      this.problem.textContent = errors.filter(({ pointer }) => !known.has(pointer)).map(({ detail }) => detail).join(' ');
      this.form.querySelector('[aria-invalid=true]')?.focus();
    }

    // What the inputs between the tags say; of a group of boxes a list.
    own() {
      const said = {};
      for (const input of this.querySelectorAll('input[name], select[name], textarea[name]')) {
        if (input.disabled || input.type === 'file' || (['checkbox', 'radio'].includes(input.type) && !input.checked)) continue;
        for (const value of input.multiple && input.options ? [...input.selectedOptions].map((option) => option.value) : [input.value]) {
          if (value.trim() !== '') said[input.name] = input.name in said ? [said[input.name], value].flat() : value;
        }
      }
      return said;
    }

    async send() {
      this.mark([]);
      const wrong = [...this.querySelectorAll('input, select, textarea')].find((input) => !input.checkValidity());
      if (wrong) return wrong.reportValidity();
      const empty = [...this.form.querySelectorAll('[aria-required]')].filter((input) => !input.value.trim());
      if (empty.length) return this.mark(empty.map(({ name }) => ({ pointer: `/${name}`, detail: 'Please fill this in.' })));
      const { consent, ...typed } = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => value.trim() !== ''));
      const lead = { ...campaign(), ...typed, ...this.own(), ...(consent ? { consent: { marketing_email: true } } : {}) };
      this.button.disabled = true;
      try {
        const response = await fetch(this.getAttribute('action'), {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(lead), credentials: 'omit',
        });
        if (response.ok) return this.thank();
        const body = await response.json().catch(() => ({}));
        if (response.status === 422 && body.errors) this.mark(body.errors);
        else if (response.status === 429) this.problem.textContent = 'Too many tries at once. Please wait a minute and send again.';
        else this.problem.textContent = 'This could not be sent just now. Nothing is lost: please send again in a moment.';
      } catch {
        this.problem.textContent = 'There is no connection just now. Nothing is lost: please send again in a moment.';
      } finally {
        this.button.disabled = false;
      }
      return this.dispatchEvent(new CustomEvent('lead-form-failed', { bubbles: true, composed: true }));
    }

    thank() {
      const thanks = make('p', { role: 'status', tabindex: '-1' }, this.getAttribute('thanks') ?? 'Thank you. We will be in touch shortly.');
      this.form.replaceWith(thanks);
      thanks.focus();
      this.dispatchEvent(new CustomEvent('lead-form-sent', { bubbles: true, composed: true }));
    }
  });
})();
