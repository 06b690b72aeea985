import type { Command } from './command.js';

export const PROGRAM = 'nestjs-sms-webhooks-receiver';

export function overview(commands: readonly Command[]): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`);
  return [
    `Usage: ${PROGRAM} COMMAND [OPTIONS]`,
    '',
    ...lines,
    '',
    `${PROGRAM} COMMAND --help lists the options of a command.`,
    'Exit code: 0 success, 1 refused or failed, 2 wrong options.',
  ].join('\n');
}

export function helpOf({ name, summary, usage, flags }: Command): string {
  const rows = Object.entries(flags).map(([flag, { value, short, help }]): [string, string] => [
    `${short === undefined ? '    ' : `-${short}, `}--${flag}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `Usage: ${PROGRAM} ${name} ${usage}`,
    '',
    summary,
    '',
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
  ].join('\n');
}
