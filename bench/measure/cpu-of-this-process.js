/** CPU time of this process and its threads, in ms. */
function processCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

module.exports = { processCpuMs };
