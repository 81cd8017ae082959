// Before the first paint, so that a chosen theme does not flash: light, dark, or the system's.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const chosen = localStorage.getItem('theme');
    document.documentElement.dataset.theme = chosen || (system.matches ? 'dark' : 'light');
    dispatchEvent(new Event('themechange'));
  };
  window.theme = {
    get: () => localStorage.getItem('theme') || 'system',
    set: (name) => { if (name === 'system') localStorage.removeItem('theme'); else localStorage.setItem('theme', name); apply(); },
  };
  system.addEventListener('change', apply);
  addEventListener('storage', ({ key }) => { if (key === 'theme' || key === null) apply(); });
  apply();
})();
