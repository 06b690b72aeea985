// A Jest runtime that loads packages once in each process. For each spec file, it evaluates only this repository's modules.
const { dirname, sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const PACKAGES = `${sep}node_modules${sep}`;
/** Not shared, because this package keeps the entities that spec files have registered. */
const NEVER_SHARED = `${PACKAGES}@nestjs${sep}typeorm${sep}`;
/** Modules of this repository with this ending are loaded only once in each process. */
const SHARED = '.shared.js';

/** Files by folder and imported name. Kept because Jest tries all mapped names for each import of each spec file. */
const paths = new Map();
/** The compiled files, kept because Jest computes a digest of the source for each look-up. */
const compiled = new Map();

module.exports = class SharingRuntime extends Runtime {
  hasShared = false;

  constructor(...input) {
    super(...input);
    const { transformCache: cache, fileCache } = this;
    const transform = cache.transform.bind(cache);
    cache.transform = (path, options) => {
      if (options?.isInternalModule) return transform(path, options);
      const source = fileCache.readFile(path);
      const known = compiled.get(path);
      if (known?.source !== source) {
        transform(path, options);
        compiled.set(path, { source, result: cache.transforms.get(path) });
      }
      const { result } = compiled.get(path);
      cache.transforms.set(path, result);
      if (result.sourceMapPath) cache.sourceMaps.set(path, result.sourceMapPath);
      return result.code;
    };
  }

  requireModuleOrMock(from, name) {
    return super.requireModuleOrMock(from, name.startsWith('.') ? this.pathOf(from, name) : name);
  }

  requireModule(from, name, options, isRequireActual) {
    const path = options?.isInternalModule ? null : this.pathOfShared(from, name);
    if (path === null) return super.requireModule(from, name, options, isRequireActual);
    this.hasShared = true;
    return require(path);
  }

  /** If a spec file mocks a package, that file shares no packages, because other packages may have to use the mock. */
  setMock(from, name, factory, options) {
    if (this.pathOfShared(from, name) !== null) {
      if (this.hasShared) throw new Error(`Call jest.mock('${name}') before the file requires a package.`);
      this._environment.sharesPackages = false;
    }
    super.setMock(from, name, factory, options);
  }

  /** The file, if the spec files of this process share it. */
  pathOfShared(from, name) {
    if (!name || this._resolution.isCoreModule(name)) return null;
    const path = this.pathOf(from, name);
    if (path.endsWith(SHARED)) return path;
    return this._environment.sharesPackages && path.includes(PACKAGES) && !path.includes(NEVER_SHARED)
      ? path
      : null;
  }

  pathOf(from, name) {
    const key = `${dirname(from)} ${name}`;
    let path = paths.get(key);
    if (path === undefined) {
      path = this._resolution.resolveCjsStub(from, name) || this._resolution.resolveCjs(from, name);
      paths.set(key, path);
    }
    return path;
  }
};
