/** Prints one line with its time, cut to the width of the terminal. */
export function printLine(at: Date, text: string): void {
  const width = process.stdout.columns ?? 200;
  const line = `${at.toISOString().slice(11, 23)}  ${text}`;
  console.log(line.length > width ? `${line.slice(0, width - 1)}…` : line);
}
