// What is made from other files when the stack starts and when the image is built.
//
//   node build.mjs           the chart library's place, and js/pages.js, the list of pages, from the line
//                            `export const at = {…}` of each file below js/pages/
//   node build.mjs FOLDER    that, and what nginx serves: FOLDER/plain, and the same packed as FOLDER/br and FOLDER/gzip.
//                            Scripts, styles and pictures stand there a second time below v/HASH/, where HASH is that of
//                            all files: such an address never changes its content. HTML files refer to it, and name
//                            the modules of the first page, so that a browser asks for all of them at once.
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const HERE = dirname(fileURLToPath(import.meta.url));
const SERVED = ['css', 'docs', 'icon.svg', 'index.html', 'intake', 'js', 'vendor'];
const VERSIONED = ['css', 'icon.svg', 'js', 'vendor'];
const FIRST = ['js/app.js', 'js/pages/overview.js'];

function prepare() {
  const folder = join(HERE, 'js/pages');
  const pages = readdirSync(folder).filter((name) => name.endsWith('.js')).sort().map((name) => {
    const found = /^export const at = (\{.*\});$/m.exec(readFileSync(join(folder, name), 'utf8'));
    if (!found) throw new Error(`js/pages/${name} has no line "export const at = {…};"`);
    return { file: name.slice(0, -3), ...new Function(`return ${found[1]}`)() };
  });
  writeFileSync(join(HERE, 'js/pages.js'), `// Made by build.mjs from js/pages/.\nexport default ${JSON.stringify(pages, null, 1)};\n`);
  mkdirSync(join(HERE, 'vendor'), { recursive: true });
  copyFileSync(join(HERE, 'node_modules/chart.js/dist/chart.umd.min.js'), join(HERE, 'vendor/chart.js'));
}

// The files below a folder, by their paths in it; hidden ones are none.
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => posix.relative(folder, posix.join(entry.parentPath, entry.name))).sort();
}

// A module and all that it imports at its beginning.
function modules(names) {
  const all = new Set(names); // grows while it is gone through
  for (const name of all) {
    const source = readFileSync(join(HERE, name), 'utf8');
    for (const [, from, alone] of source.matchAll(/^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)';|^import '(\.[^']+)';/gm)) {
      all.add(posix.join(posix.dirname(name), from ?? alone));
    }
  }
  return [...all];
}

// HTML whose own files are named by their versioned addresses.
function versioned(html, name, version) {
  const linked = html.replace(/\b(href|src)="([^":#?]+)"/g, (whole, attribute, address) => {
    const path = posix.join('/', posix.dirname(name), address).slice(1);
    return VERSIONED.includes(path.split('/')[0]) && existsSync(join(HERE, path)) ? `${attribute}="/v/${version}/${path}"` : whole;
  });
  const first = FIRST.some((module) => linked.includes(`/${module}"`)) ? modules(FIRST) : [];
  const preloads = first.map((module) => `<link rel="modulepreload" href="/v/${version}/${module}">\n`).join('');
  return linked.replace('</head>', `${preloads}</head>`);
}

function release(target) {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  const sources = filesOf(HERE).filter((name) => SERVED.includes(name.split('/')[0]));
  for (const name of sources) hash.update(`\0${name}\0`).update(readFileSync(join(HERE, name)));
  const version = hash.digest('hex').slice(0, 12);
  if (existsSync(join(target, 'plain/v', version))) return;

  const fresh = `${target}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const plain = join(fresh, 'plain');
  for (const name of sources) cpSync(join(HERE, name), join(plain, name));
  for (const name of sources.filter((one) => VERSIONED.includes(one.split('/')[0]))) cpSync(join(HERE, name), join(plain, 'v', version, name));
  for (const name of sources.filter((one) => one.endsWith('.html'))) {
    writeFileSync(join(plain, name), versioned(readFileSync(join(HERE, name), 'utf8'), name, version));
  }
  for (const name of filesOf(plain)) {
    const content = readFileSync(join(plain, name));
    for (const [packing, pack] of [['br', brotliCompressSync], ['gzip', (bytes) => gzipSync(bytes, { level: 9 })]]) {
      mkdirSync(dirname(join(fresh, packing, name)), { recursive: true });
      writeFileSync(join(fresh, packing, name), pack(content));
    }
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
}

prepare();
if (process.argv[2]) release(process.argv[2]);
