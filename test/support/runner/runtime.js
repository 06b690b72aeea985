// Jest's runtime, which loads packages once for each process: for each spec file, it evaluates only our own modules.
const { sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const PACKAGES = `${sep}node_modules${sep}`;

/** Keeps the entities of all files that named them. */
const NEVER_SHARED = `${PACKAGES}@nestjs${sep}typeorm${sep}`;

class SharingRuntime extends Runtime {
  hasShared = false;

  /**
   * @param {string} from
   * @param {string} [name]
   * @param {{ isInternalModule?: boolean }} [options]
   * @param {boolean} [isRequireActual]
   */
  requireModule(from, name, options, isRequireActual) {
    const path = options?.isInternalModule ? null : this.pathOfShared(from, name);
    if (path === null) return super.requireModule(from, name, options, isRequireActual);
    this.hasShared = true;
    return require(path);
  }

  /** Packages that use a mocked one must be evaluated by Jest, so a spec file that mocks a package shares none. */
  setMock(from, name, factory, options) {
    if (this.pathOfShared(from, name) !== null) {
      if (this.hasShared) throw new Error(`Mock '${name}' before the spec file requires a package.`);
      this._environment.sharesPackages = false;
    }
    super.setMock(from, name, factory, options);
  }

  /** The file of a package that the spec files of this process share. */
  pathOfShared(from, name) {
    if (!this._environment.sharesPackages || !name || this._resolution.isCoreModule(name)) return null;
    const path = this._resolution.resolveCjsStub(from, name) || this._resolution.resolveCjs(from, name);
    return path.includes(PACKAGES) && !path.includes(NEVER_SHARED) ? path : null;
  }
}

module.exports = SharingRuntime;
