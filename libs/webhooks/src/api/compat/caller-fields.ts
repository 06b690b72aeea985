import type { ErrorDetail } from '../../core/request-error.js';

/** The platform's name for one of our fields. */
interface CallerField {
  name: string;
  /** The platform's field is one value, and our field is a list. */
  isSingle?: boolean;
}

/**
 * The fields that a platform names differently. Errors are created with our names; `translate` puts the name that the
 * caller sent into both `field` and `message`.
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
    // Sentences begin with the field. Other places may quote a value of the caller, which stays as it is.
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
