const { createRequire } = require('node:module');
const { dirname, join, resolve, sep } = require('node:path');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');
require('tsx/cjs');

const root = resolve(__dirname, '../../..');
const requireOutside = createRequire(join(root, 'package.json'));

/** Jest's own. */
const ofEachFile = /^(@jest\/|jest|expect$)/;
const isPackage = (name) => /^[@a-z]/.test(name) && !name.startsWith('node:');

/** Sources of the local BigQuery and Pub/Sub, but for their tests. */
const servers = ['bigquery', 'pubsub'].map((name) => join(root, 'local', name) + sep);
const isServer = (path) =>
  servers.some((folder) => path.startsWith(folder) && !path.startsWith(`${folder}test${sep}`));

/**
 * Jest's runtime, except that a worker process loads packages and the local servers once, by Node itself. Jest loads and
 * compiles every module anew for every test file, which costs more than the tests of most files.
 */
class LoadingPackagesOnce extends Runtime {
  constructor(...args) {
    super(...args);
    const { executor } = this;
    // As Jest does it, but in Node's own globals: see environment.js.
    executor.compile = (source, filename) =>
      compileFunction(source, executor.injectedModuleParameters, { filename });
  }

  requireModuleOrMock(from, name) {
    const outside = this.outside(from, name);
    return outside === undefined ? super.requireModuleOrMock(from, name) : requireOutside(outside);
  }

  /** What Node is to load; undefined where it is Jest's to load. */
  outside(from, name) {
    if (from.includes(`${sep}node_modules${sep}`)) return undefined;
    if (isPackage(name))
      return ofEachFile.test(name) || this._resolution.isCoreModule(name) ? undefined : name;
    const path = resolve(dirname(from), name);
    return isServer(path) ? path : undefined;
  }
}

module.exports = { __esModule: true, default: LoadingPackagesOnce };
