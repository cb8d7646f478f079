const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/**
 * The environment of a test file: Node's own globals, as in production, and not a copy of them. So packages that the
 * worker process has loaded once (runtime.js) and the file's own modules mean the same by Error, Date and Object.
 * What a file changes of the process is put back at its end.
 */
class NodeItself {
  constructor({ projectConfig }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = null;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.before = { env: { ...process.env }, exit: process.exit, console: globalThis.console };
    // Each file reports what it has covered itself.
    delete globalThis.__coverage__;
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    const { env, exit, console } = this.before;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    Object.assign(process, { exit });
    Object.assign(globalThis, { console });
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
