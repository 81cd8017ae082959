// Before the first paint, so that a chosen theme does not flash: light, dark, or the system's.
(() => {
  const chosen = localStorage.getItem('theme');
  if (chosen) document.documentElement.dataset.theme = chosen;
})();

window.switchTheme = () => {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const next = dark ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem('theme', next);
  dispatchEvent(new Event('themechange'));
};
matchMedia('(prefers-color-scheme: dark)').addEventListener(
  'change', () => dispatchEvent(new Event('themechange')));
