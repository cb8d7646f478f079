const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join, resolve, sep } = require('node:path');
const { Script } = require('node:vm');
const { default: Runtime } = require('jest-runtime');
require('tsx/cjs');

const root = resolve(__dirname, '../../..');
const requireOutside = createRequire(join(root, 'package.json'));

/** Jest's own. */
const ofEachFile = /^(@jest\/|jest|expect$)/;
const isPackage = (name) => /^[@a-z]/.test(name) && !name.startsWith('node:');

/** Properties are tried with the same cases on every machine. FAST_CHECK_SEED takes others. */
function fastCheck() {
  const loaded = requireOutside('fast-check');
  loaded.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });
  return loaded;
}

/**
 * What is tested, but for the console, whose modules keep what a page shows. All else keeps nothing from file to file that
 * another could see: functions are put together by what a cloud gives them, and known by its servers and folders.
 */
const tested = ['client', 'functions', 'local', 'shared'].map((name) => join(root, name) + sep);

/** The local servers, which have tests of their own. */
const servers = ['bigquery', 'pubsub'].map((name) => join(root, 'local', name) + sep);
const isOwnTest = (path) => servers.some((folder) => path.startsWith(`${folder}test${sep}`));
const isServer = (path) => servers.some((folder) => path.startsWith(folder)) && !isOwnTest(path);
const isTested = (path) => tested.some((folder) => path.startsWith(folder)) && !isOwnTest(path);

/** By these a file says that it puts something in a module's place, or loads modules anew. */
const changesModules = /\bjest\.(mock|doMock|setMock|isolateModules|isolateModulesAsync|resetModules)\(/;

/** What holds answers to openapi.json keeps nothing from file to file, and makes some hundred schemas when it is loaded. */
const documentedAnswers = join(root, 'test/support/documented-answers');

/** What a worker process has compiled, by path: most files load the same modules. */
const compiled = new Map();

/** As Jest does it, but in Node's own globals (environment.js), and once per worker process. */
function compile(opening, source, filename) {
  const known = compiled.get(filename);
  if (known?.source === source) return known.script.runInThisContext();
  const script = new Script(`${opening}${source}\n})`, { filename, columnOffset: -opening.length });
  compiled.set(filename, { source, script });
  return script.runInThisContext();
}

/**
 * Jest's runtime, except that a worker process loads packages, what is tested and what answers are held to once, by Node
 * itself. Jest loads and compiles every module anew for every test file, which costs more than the tests of most files;
 * and what has been loaded before is fast already.
 */
class LoadingPackagesOnce extends Runtime {
  constructor(...args) {
    super(...args);
    const [, { ownModules }, , , , { collectCoverage }, testPath] = args;
    this.ownModules = ownModules || collectCoverage || changesModules.test(readFileSync(testPath, 'utf8'));
    const { executor } = this;
    const opening = `(function (${executor.injectedModuleParameters.join(', ')}) {`;
    executor.compile = (source, filename) => compile(opening, source, filename);
  }

  requireModuleOrMock(from, name) {
    const outside = this.outside(from, name);
    if (outside === undefined) return super.requireModuleOrMock(from, name);
    return name === 'fast-check' ? fastCheck() : requireOutside(outside);
  }

  /** In a file that has modules of its own. In others it would do nothing, and the test would go by the module itself. */
  setMock(from, name, ...rest) {
    if (this.outside(from, name) !== undefined)
      throw new Error(
        `${name} is loaded once for all files: only a test file itself can replace it, by jest.mock.`,
      );
    super.setMock(from, name, ...rest);
  }

  /** What Node is to load; undefined where it is Jest's to load. */
  outside(from, name) {
    if (from.includes(`${sep}node_modules${sep}`)) return undefined;
    if (isPackage(name))
      return ofEachFile.test(name) || this._resolution.isCoreModule(name) ? undefined : name;
    const path = resolve(dirname(from), name);
    const isShared = this.ownModules ? isServer(path) : isTested(path);
    return isShared || path === documentedAnswers ? path : undefined;
  }
}

module.exports = { __esModule: true, default: LoadingPackagesOnce };
