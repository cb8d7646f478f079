const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, extname, join, resolve } = require('node:path');
const { cachedDataVersionTag } = require('node:v8');
const { Script } = require('node:vm');
const { threadId } = require('node:worker_threads');

/**
 * Preloaded by the servers that tests start: what one has compiled, the others take from a file. Compiling is half of
 * what the start of `npm start` costs. TypeScript is translated by esbuild, as tsx does it; so this stands in for tsx.
 */
const root = resolve(__dirname, '../..');
/** Code is of use only to the version and the flags of V8 that made it. */
const file = join(root, 'node_modules/.cache/tenant-pipelines', `compiled-${cachedDataVersionTag()}`);

/** By the hash of a source: its JavaScript where it had to be translated, and V8's code. */
let known;
/** What this process has compiled itself since it last wrote the file. */
const fresh = new Map();

const hashOf = (source) => createHash('sha1').update(source).digest('base64');

/** The file is a line of JSON that says how long each part is, and then the parts. */
function readCompiled() {
  const compiled = new Map();
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch {
    return compiled;
  }
  let at = bytes.indexOf('\n') + 1;
  const take = (length) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  for (const [hash, textLength, codeLength] of JSON.parse(bytes.toString('utf8', 0, at)))
    compiled.set(hash, { javaScript: take(textLength), code: take(codeLength) });
  return compiled;
}

/** Adds what is new. Of two processes that write at once one loses its part: the next process compiles it again. */
function writeCompiled() {
  if (fresh.size === 0) return;
  const all = readCompiled();
  for (const [hash, { javaScript, script }] of fresh)
    all.set(hash, { javaScript: Buffer.from(javaScript), code: script.createCachedData() });
  fresh.clear();
  const lengths = [...all].map(([hash, { javaScript, code }]) => [hash, javaScript.length, code.length]);
  const parts = [...all.values()].flatMap(({ javaScript, code }) => [javaScript, code]);
  const own = `${file}-${process.pid}-${threadId}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(own, Buffer.concat([Buffer.from(`${JSON.stringify(lengths)}\n`), ...parts]));
    renameSync(own, file);
  } catch {
    // Without the file everything works, more slowly.
  }
}

const compileItself = Module.prototype._compile;

/** V8's code of a source does not know how Node imports. Comments may name types so. */
const imports = (javaScript) =>
  /\bimport ?\(/.test(javaScript) && /^(?!\s*(?:\*|\/)).*\bimport ?\(/m.test(javaScript);

/** Compiles and runs a module as Node does it. `translate` makes JavaScript of a source that is none. */
function run(module, filename, source, translate) {
  known ??= readCompiled();
  const hash = hashOf(`${extname(filename)}\n${source}`);
  const found = known.get(hash);
  const translation = translate === undefined ? '' : (found?.javaScript.toString() ?? translate());
  const javaScript = translate === undefined ? source.replace(/^#!.*/, '') : translation;
  if (imports(javaScript)) return compileItself.call(module, javaScript, filename);
  const script = new Script(Module.wrap(javaScript), { filename, cachedData: found?.code });
  if (found === undefined || script.cachedDataRejected) fresh.set(hash, { javaScript: translation, script });
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
Module.prototype._compile = function (source, filename) {
  return run(this, filename, source);
};

const tsx = require.resolve('tsx/cjs');
Module._cache[tsx] = Object.assign(new Module(tsx), { filename: tsx, loaded: true });

process.once('exit', writeCompiled);
// Tests end many processes by force. What is loaded later is little, and need not be kept in memory until then.
setTimeout(() => {
  writeCompiled();
  known = undefined;
}, 5_000).unref();
