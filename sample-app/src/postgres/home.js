// @ts-check
// The folder that holds a server's files.
const {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statfsSync,
  symlinkSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { canReach } = require('./binaries.js');

const MEMORY = '/dev/shm';
/** Enough for a run of all tests. Docker gives containers 64 MB by default, which is too little. */
const MIN_FREE_MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * Returns the folder for the data, the log and the copied binaries of one server: `wanted` if the server's user can
 * enter it. Otherwise returns a temporary folder. The link `wanted/moved-to` points to the temporary folder,
 * so that the next start finds the data. Without `wanted`, returns a new temporary folder, and the data starts empty.
 *
 * @param {string | undefined} wanted undefined: a new temporary folder
 * @param {import('./binaries.js').ServerUser | null} user
 * @param {boolean} durable false: a new temporary folder is in memory, if there is room
 * @returns {string}
 */
function serverHome(wanted, user, durable) {
  if (!wanted)
    return temporaryHome(user, [...(!durable && hasMemory() ? [MEMORY] : []), tmpdir(), '/tmp', '/var/tmp']);
  mkdirSync(wanted, { recursive: true });
  if (canReach(wanted, user)) return wanted;
  const link = join(wanted, 'moved-to');
  if (!existsSync(link)) {
    rmSync(link, { force: true }); // It may point to a deleted folder.
    const home = temporaryHome(user, ['/var/tmp', tmpdir(), '/tmp']);
    try {
      symlinkSync(home, link);
    } catch (error) {
      if (!existsSync(link)) throw error;
      rmdirSync(home); // Another process created the link at the same time; both processes use the folder that it points to.
    }
  }
  return readlinkSync(link);
}

/** @param {string} home */
function isInMemory(home) {
  return home.startsWith(`${MEMORY}/`);
}

/** Returns whether `/dev/shm` is in memory, has room for a server, and can run binaries copied there. */
function hasMemory() {
  if (!existsSync('/proc/mounts')) return false;
  const isRunnable = /^\S+ \/dev\/shm tmpfs (?!\S*noexec)/m.test(readFileSync('/proc/mounts', 'utf8'));
  if (!isRunnable) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= MIN_FREE_MEMORY_BYTES;
}

/**
 * @param {import('./binaries.js').ServerUser | null} user
 * @param {string[]} parents
 */
function temporaryHome(user, parents) {
  const parent = parents.find((folder) => existsSync(folder) && canReach(folder, user));
  if (!parent)
    throw new Error(`${user?.name} can enter none of ${parents.join(', ')}. Set TMPDIR, or DATABASE_URL.`);
  // mkdtemp creates a new folder, so no other user can have prepared it.
  const home = mkdtempSync(join(parent, 'sms-webhooks-postgres-'));
  chmodSync(home, 0o755);
  return home;
}

/**
 * Creates an empty folder that belongs to the server's user. Creates the missing parents of this folder too.
 *
 * @param {string} folder
 * @param {import('./binaries.js').ServerUser | null} user
 */
function privateFolder(folder, user) {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}

module.exports = { isInMemory, privateFolder, serverHome };
