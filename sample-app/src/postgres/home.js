// @ts-check
// The folder a server keeps its files in.
const {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { canReach } = require('./binaries.js');

/**
 * A folder for the binaries' copy, the data and the log of one server. `wanted` itself where the server's user can
 * enter it. Otherwise one in the first temporary folder that it can; the link `wanted/moved-to` remembers which, so that the
 * data is found again, and starts anew when somebody deletes `wanted`.
 *
 * @param {string | undefined} wanted left out: a new temporary folder
 * @param {import('./binaries.js').ServerUser | null} user
 * @returns {string}
 */
function serverHome(wanted, user) {
  if (!wanted) return temporaryHome(user, [tmpdir(), '/tmp', '/var/tmp']);
  mkdirSync(wanted, { recursive: true });
  if (canReach(wanted, user)) return wanted;
  const link = join(wanted, 'moved-to');
  if (!existsSync(link)) {
    rmSync(link, { force: true }); // It may point to a folder that is gone.
    const home = temporaryHome(user, ['/var/tmp', tmpdir(), '/tmp']);
    try {
      symlinkSync(home, link);
    } catch (error) {
      if (!existsSync(link)) throw error;
      rmdirSync(home); // Another process came here at the same time: its folder serves both.
    }
  }
  return readlinkSync(link);
}

/**
 * @param {import('./binaries.js').ServerUser | null} user
 * @param {string[]} parents
 */
function temporaryHome(user, parents) {
  const parent = parents.find((folder) => existsSync(folder) && canReach(folder, user));
  if (!parent)
    throw new Error(`${user?.name} can enter none of ${parents.join(', ')}. Set TMPDIR, or DATABASE_URL.`);
  // mkdtemp: nobody else can have put a folder of this name there before us.
  const home = mkdtempSync(join(parent, 'sms-webhooks-postgres-'));
  chmodSync(home, 0o755);
  return home;
}

/**
 * An empty folder of the server's user, made with its parents.
 *
 * @param {string} folder
 * @param {import('./binaries.js').ServerUser | null} user
 */
function privateFolder(folder, user) {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}

module.exports = { privateFolder, serverHome };
