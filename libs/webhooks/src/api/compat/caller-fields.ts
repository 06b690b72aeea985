import type { ErrorDetail } from '../../core/request-error.js';

/** The platform's name for one of our fields. */
interface CallerField {
  name: string;
  /** The platform's field is one value, and our field is a list. */
  isSingle?: boolean;
}

/**
 * The fields that a platform names differently. Errors are created with our names. In `field` and `message`, `translate`
 * replaces our name with the platform's name.
 */
export class CallerFields {
  private readonly fields: ReadonlyMap<string, CallerField>;

  /** @param fields the platform's field, by our name for it */
  constructor(fields: Readonly<Record<string, CallerField>>) {
    this.fields = new Map(Object.entries(fields));
  }

  /** The error in the caller's words. `phoneNumbers[2]` becomes `phone_numbers[2]`. */
  translate({ field, code, message }: ErrorDetail): ErrorDetail {
    const [ours = field] = /^[^.[]+/.exec(field) ?? [];
    const theirs = this.fields.get(ours);
    if (!theirs) return { field, code, message };
    // Sentences of the message begin with the field's name. Elsewhere, the same word may be part of a value that the caller
    // sent, so the word is not replaced.
    const subject = new RegExp(`(^|\\. )(The |each entry of )?${ours}(\\[\\d+\\])?(?= )`, 'g');
    return {
      field: theirs.isSingle ? theirs.name : theirs.name + field.slice(ours.length),
      code,
      message: message.replace(subject, (_, start: string, article = '', index = '') =>
        theirs.isSingle || article === 'The ' ? start + theirs.name : start + article + theirs.name + index,
      ),
    };
  }
}
