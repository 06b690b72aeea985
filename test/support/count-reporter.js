// Prints the last line of a run, such as `12 passed, 0 failed`, for scripts.
module.exports = class CountReporter {
  constructor({ json }) {
    this.output = json ? process.stderr : process.stdout;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    // A file that did not even run is a failure, too.
    const line = `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed\n`;
    // Jest prints its own summary after every reporter has run, so this line is written at the exit.
    process.once('exit', () => this.output.write(line));
  }
};
