import type { Command } from '../command.js';
import type { Flags } from '../flags.js';
import { Listener, type ListenSettings } from '../listen/listener.js';
import { NAMED_ANSWERS, parseAnswer, successOf, type Answer } from '../listen/answer.js';
import { HEADING, jsonOf, textOf } from '../listen/report.js';
import { Paint } from '../printable.js';
import { RequestFolder } from '../requests/stored-request.js';
import { UsageError } from '../usage.error.js';
import { readVerifyFlags, VERIFY_FLAGS } from '../verdict/verify-flags.js';

const ANSWERS = NAMED_ANSWERS.join(', ');

export const listen: Command = {
  name: 'listen',
  summary: 'Receives webhooks on this machine, and prints each with the verdict on its signature.',
  usage: '[--port PORT] [--secret SECRET] [OPTIONS]',
  flags: {
    port: { value: 'PORT', short: 'p', help: 'default 4000; 0: any free port' },
    host: { value: 'ADDRESS', help: 'default 127.0.0.1; 0.0.0.0 lets other machines connect' },
    ...VERIFY_FLAGS,
    answer: {
      value: 'ANSWER',
      help: `a status, or ${ANSWERS}. Default 200. A path such as /500 or /hang takes precedence`,
    },
    fail: {
      value: 'N',
      help: 'the first N attempts of each event fail with 500, or with --answer if that is a failure; later ones succeed',
    },
    delay: { value: 'SECONDS', help: 'how long the answer "slow" takes. Default 10' },
    save: { value: 'FOLDER', help: 'stores each request in a file that verify and replay can read' },
    json: { help: 'prints a line of JSON for each request' },
  },
  async run(flags) {
    if (flags.positionals.length > 0)
      throw new UsageError(`listen takes no argument "${flags.positionals[0]}". Did you mean --port?`);
    const settings = readSettings(flags);
    const folder = flags.has('save') ? new RequestFolder(flags.text('save')!) : null;
    await folder?.open();
    const isJson = flags.has('json');
    const paint = Paint.for(process.stdout);
    const counts = { requests: 0, refused: 0 };
    const listener = new Listener(
      settings,
      async (arrival) => {
        counts.requests++;
        if (arrival.verdict.isVerified === false) counts.refused++;
        const file = (await folder?.save(arrival, arrival.verdict.type ?? 'request')) ?? null;
        console.log(isJson ? jsonOf(arrival, file) : textOf(arrival, paint));
      },
      (message) => console.error(message),
    );
    const url = await listener.listen(
      flags.integer('port', 4000, { min: 0, max: 65_535 }),
      flags.text('host') ?? '127.0.0.1',
    );
    console.log(isJson ? JSON.stringify({ listening: url }) : greeting(url, settings, paint));
    await stopSignal();
    await listener.close();
    if (!isJson) console.log(`${counts.requests} requests, ${counts.refused} refused.`);
    return 0;
  },
};

function readSettings(flags: Flags): ListenSettings {
  return {
    verify: readVerifyFlags(flags),
    answer: readAnswer(flags.text('answer') ?? '200'),
    failures: flags.integer('fail', 0, { min: 1, max: 1000 }),
    delayMs: flags.integer('delay', 10, { min: 1, max: 3600 }) * 1000,
  };
}

function readAnswer(text: string): Answer {
  const answer = parseAnswer(text);
  if (answer === null)
    throw new UsageError(`--answer must be a status from 200 to 599, or ${ANSWERS}, not "${text}".`);
  return answer;
}

function greeting(url: string, { verify, answer, failures }: ListenSettings, paint: Paint): string {
  const { secrets, profile } = verify;
  const checks =
    secrets.length === 0
      ? 'not checked; --secret checks them'
      : `checked with ${secrets.length === 1 ? 'the secret' : `${secrets.length} secrets`}, profile ${profile ?? 'inferred from the headers'}`;
  const first = failures > 0 ? `the first ${failures} attempts of each event fail, then ` : '';
  return [
    `Register this URL  ${paint.bold(`${url}/`)}  (any path; the sender must allow http and this address)`,
    `Signatures         ${checks}`,
    `Answers            ${first}${failures > 0 ? successOf(answer) : answer}; ${url}/500, /slow, /hang, /redirect and /reset get the answer that the path names`,
    'Ctrl-C stops it.',
    '',
    paint.dim(HEADING),
  ].join('\n');
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
