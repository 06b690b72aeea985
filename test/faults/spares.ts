import type { Child } from '../support/processes/child.js';

/** Processes that have done their part and can do it anew: for files that start and kill them by the dozen. */
export class Spares {
  private readonly waiting = new Map<string, Child[]>();

  /** One that runs `program`, or a new one. */
  take(program: string, start: () => Child): Child {
    return this.of(program).pop() ?? start();
  }

  /** It has stopped what it did. */
  give(program: string, child: Child): void {
    this.of(program).push(child);
  }

  async end(): Promise<void> {
    await Promise.all([...this.waiting.values()].flat().map((child) => child.kill()));
    this.waiting.clear();
  }

  private of(program: string): Child[] {
    let children = this.waiting.get(program);
    if (!children) this.waiting.set(program, (children = []));
    return children;
  }
}
