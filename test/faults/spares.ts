import type { Child } from '../support/processes/child.js';

/** Processes that have stopped their work and can start again, for test files that need many of them. */
export class Spares {
  private readonly waiting = new Map<string, Child[]>();

  /** Returns a spare process of `program`, or starts a new one. */
  take(program: string, start: () => Child): Child {
    return this.of(program).pop() ?? start();
  }

  /** Keeps a process that has stopped its work. */
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
