/** Milliseconds on the machine's monotonic clock, which all processes share. */
function monotonic() {
  return Number(process.hrtime.bigint()) / 1e6;
}

module.exports = { monotonic };
