// Jest's environment for Node, without a context for each spec file: all run in the process's own. In a context of its own, a
// file evaluates some 1,500 modules of packages again, and each use of a global name goes through an interceptor.
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
  /** Whether spec files get the packages that this process has loaded: `runtime.js`. */
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
