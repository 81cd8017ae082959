// What is held against the dashboard's scripts; run with the eslint of n8n/custom-nodes.
const browser = ['addEventListener', 'BroadcastChannel', 'AbortController', 'Blob', 'cancelAnimationFrame', 'clearInterval', 'clearTimeout', 'confirm', 'console', 'CSSStyleSheet', 'crypto', 'customElements', 'CustomEvent', 'dispatchEvent', 'document', 'Event', 'FileReader', 'fetch', 'File', 'FormData', 'getComputedStyle', 'history', 'HTMLElement', 'innerHeight', 'innerWidth', 'localStorage', 'location', 'matchMedia', 'navigator', 'Node', 'open', 'performance', 'removeEventListener', 'requestAnimationFrame', 'scrollTo', 'scrollX', 'scrollY', 'sessionStorage', 'setInterval', 'setTimeout', 'structuredClone', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams', 'window', 'XMLHttpRequest'];

export default [{
  files: ['**/*.js'],
  ignores: ['vendor/**', 'js/pages.js'],
  languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: Object.fromEntries(browser.map((name) => [name, 'readonly'])) },
  rules: {
    'no-undef': 'error', 'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }], 'prefer-const': 'error', 'no-var': 'error', eqeqeq: 'error',
    'no-shadow-restricted-names': 'error', 'no-dupe-keys': 'error', 'no-duplicate-imports': 'error', 'no-implicit-globals': 'error', 'no-unreachable': 'error',
    'no-restricted-properties': ['error', ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property }))],
  },
}];
