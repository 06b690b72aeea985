import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { Logger as SqlLogger } from 'typeorm';
import { formsOf } from './secret-forms.js';

/** Collects all output, by the place where it appears. */
export class Places {
  private readonly said = new Map<string, Set<string>>();
  /** The texts of each place, joined, because one search is faster than thousands. `add` discards the joined text. */
  private readonly joined = new Map<string, string>();

  /** Keeps all that can be read from a value: its text, its JSON, and what `inspect` shows of an object. */
  add(place: string, ...values: unknown[]): void {
    const texts = values.flatMap((value) => {
      if (typeof value === 'string') return [value];
      if (Buffer.isBuffer(value)) return [value.toString('latin1')];
      return [asJson(value), inspect(value, INSPECTION)];
    });
    let all = this.said.get(place);
    if (!all) this.said.set(place, (all = new Set()));
    for (const text of texts) all.add(text);
    this.joined.delete(place);
  }

  /** The places where a secret appears, in any of its forms. */
  whereIs(secret: string): string[] {
    const forms = formsOf(secret);
    return [...this.said.keys()].filter((place) => {
      const text = this.textOf(place);
      return forms.some((form) => text.includes(form));
    });
  }

  private textOf(place: string): string {
    let text = this.joined.get(place);
    if (text === undefined) this.joined.set(place, (text = [...this.said.get(place)!].join('\n')));
    return text;
  }

  /** The number of different texts in each place. */
  sizes(): Record<string, number> {
    return Object.fromEntries([...this.said].map(([place, texts]) => [place, texts.size]));
  }

  /** A Nest logger of every level. */
  logger(): LoggerService {
    const at =
      (level: string) =>
      (...said: unknown[]): void =>
        this.add(`log: ${level}`, ...said);
    return {
      log: at('log'),
      error: at('error'),
      warn: at('warn'),
      debug: at('debug'),
      verbose: at('verbose'),
      fatal: at('fatal'),
    };
  }

  /** A TypeORM logger: with `logging: true`, it gets all statements and their parameters. */
  sqlLogger(): SqlLogger {
    const keep = (...said: unknown[]): void => this.add('log of statements', ...said.slice(0, 4).map(String));
    const parameters = (given: unknown): string => JSON.stringify(given) ?? '';
    return {
      logQuery: (query, given) => keep(query, parameters(given)),
      logQueryError: (error, query, given) => keep(error, query, parameters(given)),
      logQuerySlow: (time, query, given) => keep(time, query, parameters(given)),
      logSchemaBuild: keep,
      logMigration: keep,
      log: (_, message) => keep(message),
    };
  }

  /** Collects what is written to the console and both streams of this process. Returns a function that ends this. */
  listenToProcess(): () => void {
    const consoles = (['log', 'error', 'warn', 'debug', 'info', 'trace'] as const).map((level) =>
      jest.spyOn(console, level).mockImplementation((...said: unknown[]) => this.add('console', ...said)),
    );
    const streams = [process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation((said) => (this.add('console', String(said)), true)),
    );
    return () => [...consoles, ...streams].forEach((spy) => spy.mockRestore());
  }
}

const INSPECTION = { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null } as const;

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // A value that contains itself has no JSON. `inspect` shows such a value.
    return '';
  }
}
