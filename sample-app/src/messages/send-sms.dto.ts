import { IsIn, IsObject, IsOptional, Length, Matches, Validate, ValidatorConstraint } from 'class-validator';
import type { ValidatorConstraintInterface } from 'class-validator';

/** An international number, a short code, or a sender name. */
export const SENDER = /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9][A-Za-z0-9 ]{1,10})$/;
export const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;
/** PostgreSQL's text type cannot store NUL. */
export const NO_NUL = /^[^\0]*$/;

@ValidatorConstraint()
class Tags implements ValidatorConstraintInterface {
  validate(tags: unknown): boolean {
    const entries = Object.entries(tags ?? {}).flat();
    return (
      entries.length <= 20 && entries.every((text) => typeof text === 'string' && /^[^\0]{1,64}$/.test(text))
    );
  }

  defaultMessage(): string {
    return 'tags must be at most 10 names with texts, each of 1 to 64 characters';
  }
}

export class SendSmsDto {
  @Matches(PHONE_NUMBER, { message: 'to must be an international number such as +14155550123' })
  to: string;

  @Length(1, 1600)
  @Matches(NO_NUL, { message: 'message must not contain a NUL character' })
  message: string;

  @IsOptional()
  @Matches(SENDER, {
    message: 'from must be an international number, a short code or 2 to 11 letters, digits and spaces',
  })
  from?: string;

  @IsOptional()
  @Length(1, 2048)
  callbackUrl?: string;

  /** The message's id in your own system. Webhooks about the message include it. */
  @IsOptional()
  @Length(1, 128)
  @Matches(NO_NUL, { message: 'externalId must not contain a NUL character' })
  externalId?: string;

  /** For example `{"campaign":"spring"}`. Webhooks about the message include the tags. */
  @IsOptional()
  @IsObject()
  @Validate(Tags)
  tags?: Record<string, string>;

  /** Slot of the SIM card to send the message with. Default: 0. */
  @IsOptional()
  @IsIn([0, 1])
  sim?: 0 | 1;
}
