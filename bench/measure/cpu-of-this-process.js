/** CPU time (ms) of this process and its threads. */
function processCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

module.exports = { processCpuMs };
