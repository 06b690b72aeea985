// Jest's environment for Node, in which all spec files run in the process's own context. With a context of its own, each
// spec file would evaluate some 1,500 modules of packages again, and each access to a global name would be slow, because
// `node:vm` intercepts it.
const vm = require('node:vm');
const { LegacyFakeTimers, ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');
const compileOnce = require('./compile-once.js');
const PackageState = require('./package-state.js');
const ProcessState = require('./process-state.js');
const Storages = require('./storages.js');
const ownProcess = require('./own-process.js');

vm.compileFunction = compileOnce;

module.exports = class Environment {
  /** Whether the spec file uses the packages that this process has loaded. `runtime.js` reads this. */
  sharesPackages = true;
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);

  /** @param {import('@jest/environment').JestEnvironmentConfig} config */
  constructor({ projectConfig }) {
    this.before = [new ProcessState(), new PackageState(), new Storages()];
    Object.defineProperty(globalThis, 'process', { configurable: true, writable: true, value: ownProcess() });
    this.fakeTimers = new LegacyFakeTimers({
      config: projectConfig,
      global: globalThis,
      moduleMocker: this.moduleMocker,
      timerConfig: { idToRef: (id) => id, refToId: (timer) => timer },
    });
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
    for (const state of this.before) state.restore();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return globalThis;
  }
};
