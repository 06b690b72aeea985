import { Logger } from '@nestjs/common';

/** Control characters, ends of lines, and marks that turn the direction of what follows. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const UNSAFE_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text of strangers as part of one line: what would end the line, or speak to a terminal, is written out. */
export function oneLine(text: string): string {
  return text.replace(UNSAFE_CHARACTERS, (sign) =>
    sign === '\n' ? '\\n' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Nest's logger, but one record is one line whatever its message holds: nobody can write a second one. */
export class LineLogger extends Logger {
  override log(message: string): void {
    super.log(oneLine(message));
  }

  override warn(message: string): void {
    super.warn(oneLine(message));
  }

  override error(message: string): void {
    super.error(oneLine(message));
  }

  override debug(message: string): void {
    super.debug(oneLine(message));
  }
}
