/** How many bytes of JSON may still be added to a response. */
export class ByteBudget {
  constructor(private bytes: number) {}

  /** Returns the leading items that fit, and spends their size. */
  take<T>(items: Iterable<T>): T[] {
    const taken: T[] = [];
    for (const item of items) {
      const size = Buffer.byteLength(JSON.stringify(item)) + 1; // a comma
      if (size > this.bytes) break;
      this.bytes -= size;
      taken.push(item);
    }
    return taken;
  }
}
