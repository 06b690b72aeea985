// CPU time of other processes, read from /proc (Linux).
const { execFileSync } = require('node:child_process');
const { readdirSync, readFileSync } = require('node:fs');

let ticksPerSecond = 0;

/**
 * Returns the CPU time (ms) of a process and of its descendants, or `null` without /proc. A child that has ended counts after
 * its parent has reaped it.
 *
 * @param {number} pid
 */
function processTreeCpuMs(pid) {
  if (!pid || process.platform !== 'linux') return null;
  ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const children = childrenOf();
  let ticks = 0;
  for (const queue = [pid]; queue.length > 0;) {
    const next = queue.pop();
    const stat = statOf(next);
    if (!stat) continue;
    ticks += stat.own + stat.reaped;
    queue.push(...(children.get(next) ?? []));
  }
  return (ticks * 1000) / ticksPerSecond;
}

function childrenOf() {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (!stat) continue;
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(Number(name));
    else children.set(stat.parent, [Number(name)]);
  }
  return children;
}

function statOf(pid) {
  try {
    // The process's name may contain anything, so the fields are counted from the bracket after the name.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ').map(Number);
    return { parent: fields[1], own: fields[11] + fields[12], reaped: fields[13] + fields[14] };
  } catch {
    return null; // The process has ended.
  }
}

/** Process id of the parent, or `null` if the process has ended. @param {number} pid */
function parentOf(pid) {
  return statOf(pid)?.parent ?? null;
}

module.exports = { processTreeCpuMs, parentOf };
