// @ts-check

/** The steps of one host, with the time and the lines of code that each step took. */
class Protocol {
  /** @param {string} host */
  constructor(host) {
    this.host = host;
    /** @type {{ name: string, ms: number, lines: number }[]} */
    this.steps = [];
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T> | T} work
   * @param {number} [lines] number of lines that the user pastes or changes
   */
  async step(name, work, lines = 0) {
    console.log(`-- ${this.host}: ${name}`);
    const before = Date.now();
    const result = await work();
    this.steps.push({ name, ms: Date.now() - before, lines });
    return result;
  }

  print() {
    const total = (/** @type {'ms' | 'lines'} */ key) => this.steps.reduce((sum, step) => sum + step[key], 0);
    const row = (/** @type {string} */ name, /** @type {number} */ lines, /** @type {number} */ ms) =>
      `  ${name.padEnd(64)} ${String(lines || '').padStart(5)} ${(ms / 1000).toFixed(1).padStart(7)} s`;
    console.log(`\n${this.host}: ${this.steps.length} steps${' '.repeat(50 - this.host.length)} lines`);
    for (const { name, lines, ms } of this.steps) console.log(row(name, lines, ms));
    console.log(`${row('total', total('lines'), total('ms'))}\n`);
  }
}

module.exports = { Protocol };
