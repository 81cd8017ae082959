// The key comes from the address, so that this page works with every form.
const key = new URLSearchParams(location.search).get('key') ?? '';
const form = document.createElement('lead-form');
form.setAttribute('action', `/api/v1/forms/${encodeURIComponent(key)}`);
form.setAttribute('heading', 'Ask for a demo');
document.getElementById('place').append(form);
