// <lead-form action="https://HOST/api/v1/forms/KEY"></lead-form>: a small lead form for any page.
// It lives in a shadow tree, so neither the page's style nor ours disturbs the other; colours follow
// the page (--lead-form-accent, --lead-form-radius). Texts: attributes heading, button and thanks.
// Events: lead-form-sent, lead-form-failed.
(() => {
  const FIELDS = [
    ['first_name', 'First name', 'text', 'given-name'], ['last_name', 'Last name', 'text', 'family-name'],
    ['email', 'Work e-mail', 'email', 'email', true], ['company_name', 'Company', 'text', 'organization'],
    ['job_title', 'Job title', 'text', 'organization-title'], ['phone', 'Phone', 'tel', 'tel'],
  ];
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
      const message = this.field('message', 'Message', 'textarea', 'off');
      message.classList.add('wide');
      this.form = make('form', { novalidate: '' },
        make('h2', {}, this.getAttribute('heading') ?? 'Talk to us'),
        ...FIELDS.map((field) => this.field(...field)),
        message, trap, this.problem, this.button);
      this.form.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
      root.append(this.form);
    }

    field(name, text, type, autocomplete, required = false) {
      const input = type === 'textarea' ? make('textarea', { name }) : make('input', { name, type, autocomplete });
      if (required) input.setAttribute('aria-required', 'true');
      const error = make('span', { class: 'error', id: `${name}-error`, 'data-of': name });
      input.setAttribute('aria-describedby', error.id);
      return make('label', {}, `${text}${required ? ' *' : ''}`, input, error);
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

    async send() {
      this.mark([]);
      const lead = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => value.trim() !== ''));
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
