const asyncHooks = require('node:async_hooks');
const { join, sep } = require('node:path');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Storages in use. Node carries the value of each from promise to promise, also for modules that nobody uses any more. */
const { AsyncLocalStorage } = asyncHooks;
const storages = new Set();
for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...args) {
    storages.add(this);
    return original.apply(this, args);
  };
}

/**
 * functions-framework serves each request in a domain, and the first one makes Node follow every promise of the process
 * for good: a quarter of its time. A file that hosts no function goes without.
 */
const hooks = new Set();
const { createHook } = asyncHooks;
asyncHooks.createHook = (callbacks) => {
  const hook = createHook(callbacks);
  hooks.add(hook);
  return hook;
};

// So servers of one file leave their SQL engines to the next.
process.env.TESTS_KEEP_MODULES = '1';

/** Where Jest keeps who listens to its events, and for how long a test may run: those of the files before would stay. */
const ofJest = ['EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL'].map(Symbol.for);

/** What a file may listen to for itself. What packages do at the end of the process is for all files. */
const heard = ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'SIGHUP'];
const listeners = () => heard.flatMap((event) => process.rawListeners(event).map((one) => ({ event, one })));

/** Where @opentelemetry/api keeps what a file told it. */
const openTelemetry = Symbol.for('opentelemetry.js.api.1');

const root = join(__dirname, '../../..');
const functions = join(root, 'functions') + sep;
const isFunction = (path) => path.startsWith(functions) && path.endsWith(`${sep}index.ts`);

const telemetry = join(root, 'shared/telemetry/telemetry.ts');

/** Functions read the environment when they are loaded: those of each cloud are loaded anew. */
function forgetFunctions() {
  for (const [path, { children }] of Object.entries(require.cache)) {
    if (isFunction(path)) delete require.cache[path];
    if (children.some(({ id }) => isFunction(id)))
      children.splice(0, children.length, ...children.filter(({ id }) => !isFunction(id)));
  }
}

/**
 * The environment of a test file: Node's own globals, as in production, and not a copy of them. So packages that the
 * worker process has loaded once (runtime.js) and the file's own modules mean the same by Error, Date and Object.
 *
 * At its end these are put back of what a file has changed of the process: the environment, `process.exit`, the console,
 * fetch, spies and fake timers, and who listens to signals and to what nobody has caught. What else it changes reaches
 * the files after it.
 */
class NodeItself {
  constructor({ globalConfig, projectConfig }) {
    this.global = globalThis;
    /** Whether the file has what is tested for itself: its docblock says so, or what is tested changes meanwhile. */
    this.ownModules =
      projectConfig.testEnvironmentOptions.ownModules === true || globalConfig.watch || globalConfig.watchAll;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = null;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    const { console, fetch } = globalThis;
    this.before = {
      env: { ...process.env },
      exit: process.exit,
      globals: { console, fetch },
      listeners: listeners(),
    };
    // Each file reports what it has covered itself.
    delete globalThis.__coverage__;
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    const { env, exit, globals, listeners: before } = this.before;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    Object.assign(process, { exit });
    Object.assign(globalThis, globals);
    for (const { event, one } of listeners())
      if (!before.some((other) => other.event === event && other.one === one))
        process.removeListener(event, one);
    try {
      await require.cache[telemetry]?.exports.stopTelemetry();
    } finally {
      forgetFunctions();
      delete globalThis[openTelemetry];
      for (const symbol of ofJest) delete globalThis[symbol];
      for (const symbol of Object.getOwnPropertySymbols(globalThis))
        if (symbol.description === 'JEST_STATE_SYMBOL') delete globalThis[symbol];
      for (const hook of hooks) hook.disable();
      // One that is used again works again.
      for (const storage of storages) storage.disable();
      storages.clear();
    }
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** Asked for by Jest; runtime.js compiles without. */
  getVmContext() {
    return globalThis;
  }
}

module.exports = NodeItself;
