// Chart.js in the page's own colours, fetched when the first chart is shown; below each its figures as a table.
import { el } from '../dom.js';
import { t } from '../texts.js';

let library = null;
const fetched = () => (library ??= new Promise((done, failed) => {
  document.head.append(el('script', { src: new URL('../../vendor/chart.js', import.meta.url).href, onload: () => done(window.Chart), onerror: failed }));
}));

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// <chart-box>: `.config` is a function that answers what Chart.js takes (asked again when the theme changes).
class ChartBox extends HTMLElement {
  connectedCallback() {
    this.repaint = () => this.paint();
    addEventListener('themechange', this.repaint);
    this.paint();
  }

  disconnectedCallback() {
    removeEventListener('themechange', this.repaint);
    this.chart?.destroy();
    this.chart = null;
  }

  patched(next) {
    this.config = next.config;
    this.said = next.said;
    this.setAttribute('data-of', next.said);
    this.paint();
  }

  async paint() {
    const Chart = await fetched();
    if (!this.isConnected) return;
    const config = this.config();
    const drawn = JSON.stringify([config.type, config.data, document.documentElement.dataset.theme]);
    if (this.drawn === drawn && this.chart) return;
    this.drawn = drawn;
    this.chart?.destroy();
    Chart.defaults.color = colour('quiet');
    Chart.defaults.borderColor = colour('line');
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    this.replaceChildren(el('canvas', { role: 'img', 'aria-label': this.said }));
    this.chart = new Chart(this.firstChild, { ...config, options: { maintainAspectRatio: false, animation: false, ...config.options } });
  }
}
customElements.define('chart-box', ChartBox);

// A chart with its name, and its figures in a table that opens: heads [text], rows [[text or number]].
export const chart = (said, config, heads, rows, height = '15rem') => el('figure', { class: 'chart', key: said },
  el('chart-box', { class: 'chart-box', '.config': config, '.said': said, style: null, 'data-height': height }),
  el('details', {}, el('summary', {}, t('chart.figures')), el('div', { class: 'scroll', tabindex: '0' }, el('table', {},
    el('caption', { class: 'visually-hidden' }, said),
    el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell, at) => el(at ? 'td' : 'th', { scope: at ? null : 'row', class: at ? 'number' : null }, cell)))))))));
