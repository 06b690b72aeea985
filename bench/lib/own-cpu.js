/** CPU time of this process, its threads included, ms. */
function ownCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

module.exports = { ownCpu };
