import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder } from './only-start.js';

describe('A folder in which the sample runs', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sample-only-'));
    file = join(folder, '.data', 'running.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('stays claimed until its release, and can be claimed if the process that claimed it was killed', async () => {
    const release = claimFolder(file, 'http://127.0.0.1:3000');
    expect(existsSync(file)).toBe(true);
    release();
    expect(existsSync(file)).toBe(false);

    const ended = spawn(process.execPath, ['--eval', '']);
    await once(ended, 'close');
    claimFolder(file, '')();
    for (const left of ['', '{', JSON.stringify({ pid: ended.pid, url: '' })]) {
      claimFolder(file, '')();
      writeFileSync(file, left);
      claimFolder(file, '')();
    }
  });

  it('refuses a second start, with an error that says where the first process runs', () => {
    claimFolder(file, '')();
    writeFileSync(file, JSON.stringify({ pid: process.ppid, url: 'http://127.0.0.1:3000' }));
    expect(() => claimFolder(file, 'http://127.0.0.1:3100')).toThrow(
      `The sample already runs in this folder: http://127.0.0.1:3000, process ${process.ppid}. Use it there, or stop that process with Ctrl-C`,
    );
  });
});
