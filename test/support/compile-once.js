const { createHash } = require('node:crypto');
const {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const Module = require('node:module');
const { dirname, extname, join, relative, resolve, sep } = require('node:path');
const { cachedDataVersionTag, setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const workerThreads = require('node:worker_threads');

/**
 * Preloaded by Jest and the servers that tests start, and their threads and forks: what one has compiled, the others
 * take from a file, and where packages find each other as well. That is most of what the start of `npm start` costs.
 * TypeScript is translated by esbuild, as tsx does it; so this stands in for tsx.
 */
const root = resolve(__dirname, '../..');
const packages = join(root, 'node_modules');
/**
 * Most of these processes end before it pays that V8 optimises what they do: here it does so later, after about four times
 * as much. Without this a start takes a quarter more of the processor.
 */
setFlagsFromString('--interrupt-budget=500000');

const hashOf = (text) => createHash('sha1').update(text);

/** Code is of use only to the version and the flags of V8 that made it, and a translation only where this file made it. */
const itself = hashOf(readFileSync(__filename)).digest('hex').slice(0, 12);
const file = join(packages, '.cache/tenant-pipelines', `known-${cachedDataVersionTag()}-${itself}`);
const unfinished = '-unfinished-';

const hour = 3_600_000;
const week = 7 * 24 * hour;

/** What other processes have left: `compiled` by the key of a source, `found` by who asks for what. */
let known;
/** What this process has compiled and found itself since it last wrote the file. */
const fresh = { compiled: new Map(), found: new Map() };

const isInPackages = (path) => path.startsWith(packages + sep);

/** Another where a file was written. */
function stampOf(path) {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return '';
  }
}

/** npm writes this file whenever it changes a package. */
const installed = () => stampOf(join(packages, '.package-lock.json'));

/** Packages are large: what is in their files is not read for it. Somebody may mend one by hand. */
const keyOf = (filename, source) =>
  isInPackages(filename)
    ? `${relative(packages, filename)} ${stampOf(filename)}`
    : hashOf(`${extname(filename)}\n${source}`).digest('base64');

/**
 * The file is a line of JSON that says what was found, and how long each part is; and then the parts. One that is
 * damaged, as a machine leaves it that goes down, is as none: the next to write replaces it.
 */
function readKnown() {
  try {
    const bytes = readFileSync(file);
    let at = bytes.indexOf('\n') + 1;
    const { packagesAre, found, lengths } = JSON.parse(bytes.toString('utf8', 0, at));
    const take = (length) => {
      at += length;
      return bytes.subarray(at - length, at);
    };
    const compiled = new Map();
    for (const [key, path, textLength, codeLength] of lengths)
      compiled.set(key, { path, javaScript: take(textLength), code: take(codeLength) });
    if (packagesAre === installed() && at === bytes.length) return { compiled, found: new Map(found) };
  } catch {
    // There is none, or it is damaged.
  }
  return { compiled: new Map(), found: new Map() };
}

/** Adds what is new. Of two processes that write at once one loses its part: the next process compiles it again. */
function writeKnown() {
  if (fresh.compiled.size + fresh.found.size === 0) return;
  const { compiled, found } = readKnown();
  // What a file was before is of no use any more.
  const anew = new Set([...fresh.compiled.values()].map(({ path }) => path));
  for (const [key, { path }] of compiled) if (anew.has(path)) compiled.delete(key);
  for (const [key, { path, javaScript, script }] of fresh.compiled)
    compiled.set(key, {
      path,
      javaScript: Buffer.from(javaScript),
      code: script?.createCachedData() ?? Buffer.alloc(0),
    });
  for (const [key, path] of fresh.found) found.set(key, path);
  fresh.compiled.clear();
  fresh.found.clear();
  const lengths = [...compiled].map(([key, { path, javaScript, code }]) => [
    key,
    path,
    javaScript.length,
    code.length,
  ]);
  const head = { packagesAre: installed(), found: [...found], lengths };
  const parts = [...compiled.values()].flatMap(({ javaScript, code }) => [javaScript, code]);
  const own = `${file}${unfinished}${process.pid}-${workerThreads.threadId}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(own, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...parts]));
    renameSync(own, file);
    removeOld();
  } catch {
    // Without the file everything works, more slowly.
  }
}

/** Processes that were killed while they wrote have left their files, and those with flags that nobody uses theirs. */
function removeOld() {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const keptFor = name.includes(unfinished) ? hour : week;
    if (name.startsWith('known-') && statSync(path).mtimeMs < Date.now() - keptFor)
      rmSync(path, { force: true });
  }
}

const compileItself = Module.prototype._compile;

/** V8's code of a source does not know how Node imports: none is kept. Comments may name types so. */
const imports = (javaScript) =>
  /\bimport ?\(/.test(javaScript) && /^(?!\s*(?:\*|\/)).*\bimport ?\(/m.test(javaScript);

/** Compiles and runs a module as Node does it. `translate` makes JavaScript of a source that is none. */
function run(module, filename, source, translate) {
  known ??= readKnown();
  const key = keyOf(filename, source);
  const path = relative(root, filename);
  const before = known.compiled.get(key);
  const translation = translate === undefined ? '' : (before?.javaScript.toString() ?? translate());
  const javaScript = translate === undefined ? source.replace(/^#!.*/, '') : translation;
  if (before === undefined ? imports(javaScript) : before.code.length === 0) {
    if (before === undefined) fresh.compiled.set(key, { path, javaScript: translation });
    return compileItself.call(module, javaScript, filename);
  }
  const script = new Script(Module.wrap(javaScript), { filename, cachedData: before?.code });
  if (before === undefined || script.cachedDataRejected)
    fresh.compiled.set(key, { path, javaScript: translation, script });
  const { exports } = module;
  const given = [exports, requireOf(module), module, filename, dirname(filename)];
  return Reflect.apply(script.runInThisContext(), exports, given);
}

function requireOf(module) {
  const require = (name) => module.require(name);
  require.resolve = (name, options) => Module._resolveFilename(name, module, false, options);
  require.resolve.paths = (name) => Module._resolveLookupPaths(name, module);
  return Object.assign(require, {
    main: process.mainModule,
    extensions: Module._extensions,
    cache: Module._cache,
  });
}

/** Loads what is TypeScript or an ES module. */
const translated = (loader) => (module, filename) => {
  const source = readFileSync(filename, 'utf8');
  run(module, filename, source, () => {
    const { transformSync } = require('esbuild');
    return transformSync(source, { loader, format: 'cjs', target: 'node20', sourcefile: filename }).code;
  });
};

const { _extensions: extensions } = Module;
const { '.js': loadJavaScript } = extensions;
const loadModule = translated('js');
extensions['.ts'] = translated('ts');
extensions['.mjs'] = loadModule;
extensions['.js'] = (module, filename) => {
  try {
    loadJavaScript(module, filename);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ESM') throw error;
    loadModule(module, filename);
  }
};
/** Newer versions of Node load what a package has as ES modules themselves, and say so here. */
Module.prototype._compile = function (source, filename, format) {
  return format === 'module' ? loadModule(this, filename) : run(this, filename, source);
};

const findItself = Module._resolveFilename;

/** What a package is found as, and a file of a package by another of it, stays so until npm changes packages. */
Module._resolveFilename = function (name, parent, ...options) {
  const asks = parent?.filename ?? '';
  if (options[1] !== undefined || !asks.startsWith(root) || name.startsWith('node:'))
    return findItself.call(this, name, parent, ...options);
  known ??= readKnown();
  const key = `${relative(root, dirname(asks))}\n${name}`;
  const before = known.found.get(key);
  if (before !== undefined) return join(packages, before);
  const path = findItself.call(this, name, parent, ...options);
  if (isInPackages(path) && (isInPackages(asks) || !name.startsWith('.')))
    fresh.found.set(key, relative(packages, path));
  return path;
};

const tsx = require.resolve('tsx/cjs');
Module._cache[tsx] = Object.assign(new Module(tsx), { filename: tsx, loaded: true });

/** Threads too, of which a file of tests that has a cloud starts one. Without options of their own they have the process's. */
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(entry, options = {}) {
    const { execArgv } = options;
    super(
      entry,
      execArgv === undefined ? options : { ...options, execArgv: ['--require', __filename, ...execArgv] },
    );
  }
};

process.once('exit', writeKnown);
// Tests end many processes by force. What is loaded later is little, and need not be kept in memory until then.
setTimeout(() => {
  writeKnown();
  known = undefined;
}, 5_000).unref();
