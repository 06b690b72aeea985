// CPU time of processes that are not ours to ask, from /proc (Linux).
const { execFileSync } = require('node:child_process');
const { readdirSync, readFileSync } = require('node:fs');

let ticksPerSecond = 0;

/**
 * CPU time of a process and of everything below it, ms; `null` where /proc cannot tell. A finished child counts as soon as
 * its parent has seen it end.
 *
 * @param {number} pid
 */
function cpuOfTree(pid) {
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
    // The name may hold anything: the fields are counted from the bracket that closes it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ').map(Number);
    return { parent: fields[1], own: fields[11] + fields[12], reaped: fields[13] + fields[14] };
  } catch {
    return null; // It has ended.
  }
}

/** The parent of a process, or `null`. @param {number} pid */
function parentOf(pid) {
  return statOf(pid)?.parent ?? null;
}

module.exports = { cpuOfTree, parentOf };
