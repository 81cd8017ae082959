// What is made from other files when the stack starts and when the image is built: the chart library's place, and
// the list of pages, from the line `export const at = {…}` of each file below js/pages/.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const pages = readdirSync(new URL('js/pages/', here)).filter((name) => name.endsWith('.js')).sort().map((name) => {
  const found = /^export const at = (\{.*\});$/m.exec(readFileSync(new URL(`js/pages/${name}`, here), 'utf8'));
  if (!found) throw new Error(`js/pages/${name} has no line "export const at = {…};"`);
  return { file: name.slice(0, -3), ...new Function(`return ${found[1]}`)() };
});
writeFileSync(new URL('js/pages.js', here), `// Made by build.mjs from js/pages/.\nexport default ${JSON.stringify(pages, null, 1)};\n`);
mkdirSync(new URL('vendor/', here), { recursive: true });
copyFileSync(new URL('node_modules/chart.js/dist/chart.umd.min.js', here), new URL('vendor/chart.js', here));
