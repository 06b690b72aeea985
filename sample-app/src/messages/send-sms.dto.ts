import { IsOptional, Length, Matches } from 'class-validator';

/** An international number, a short code, or a sender name. */
export const SENDER = /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9][A-Za-z0-9 ]{1,10})$/;
export const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;
/** PostgreSQL's text type cannot store NUL. */
export const NO_NUL = /^[^\0]*$/;

export class SendSmsDto {
  @Matches(PHONE_NUMBER, { message: 'to must be an international number such as +14155550123' })
  to: string;

  @Length(1, 1600)
  @Matches(NO_NUL, { message: 'message must not contain a NUL character' })
  message: string;

  @IsOptional()
  @Matches(SENDER, {
    message: 'from must be an international number, a short code or 2 to 11 letters and digits',
  })
  from?: string;

  @IsOptional()
  @Length(1, 2048)
  callbackUrl?: string;
}
