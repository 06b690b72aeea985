import { Logger } from '@nestjs/common';

/** Control characters, line separators, and marks that change the text direction. */
// oxlint-disable-next-line no-control-regex -- it is meant to find control characters
const UNSAFE_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Escapes what would end the line or control a terminal, so that untrusted text fits into one log line. */
export function oneLine(text: string): string {
  return text.replace(UNSAFE_CHARACTERS, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Nest's logger, but each record is exactly one line: untrusted text in a message cannot add a second line. */
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
