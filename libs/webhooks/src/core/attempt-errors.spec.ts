import { readFileSync } from 'node:fs';
import { ATTEMPT_ERRORS, explainAttemptError } from './attempt-errors.js';

describe('the kinds of failed attempts', () => {
  it('match the table in docs/api.md', () => {
    const docs = readFileSync('docs/api.md', 'utf8');
    const section = /## Why an attempt failed\n(.*?)\n## /s.exec(docs)![1]!;
    const rows = [...section.matchAll(/^\| `(.+?)` +\| (.+?) +\| (.+?) +\|$/gm)];

    // The first row is the head.
    expect(rows.slice(1).map(([, error, ...texts]) => [error, texts])).toEqual(
      Object.entries(ATTEMPT_ERRORS).map(([error, texts]) => [error, [...texts]]),
    );
  });

  it('are explained; other texts are not', () => {
    expect(explainAttemptError('certificate-expired')).toBe(
      'A certificate of the server has expired. Renew it and reload the server.',
    );
    expect(explainAttemptError('toString')).toBeNull();
  });

  it('fit into the column of the database', () => {
    expect(Object.keys(ATTEMPT_ERRORS).filter((error) => error.length > 32)).toEqual([]);
  });
});
