import { applyDecorators } from '@nestjs/common';
import { IsBoolean, IsIn, IsISO8601, IsOptional, IsUUID, Length, Matches } from 'class-validator';
import { REPORTED_STATUSES } from '../messages/message.entity.js';
import type { ReportedStatus } from '../messages/message.entity.js';
import { NO_NUL, PHONE_NUMBER, SENDER } from '../messages/send-sms.dto.js';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Date and time with a zone, such as `2026-03-01T12:00:00Z`. */
function IsInstant(): PropertyDecorator {
  const message = 'at must be a date and time with its zone, such as 2026-03-01T12:00:00Z';
  return applyDecorators(IsISO8601({ strict: true }, { message }), Matches(INSTANT, { message }));
}

function IsText(max: number): PropertyDecorator {
  return applyDecorators(
    Length(1, max),
    Matches(NO_NUL, { message: '$property must not contain a NUL character' }),
  );
}

function IsNumber(): PropertyDecorator {
  return Matches(PHONE_NUMBER, { message: '$property must be an international number such as +14155550123' });
}

function IsSender(): PropertyDecorator {
  return Matches(SENDER, {
    message: '$property must be an international number, a short code or 2 to 11 letters, digits and spaces',
  });
}

export class ReportRequest {
  @IsUUID()
  messageId: string;

  @IsIn(REPORTED_STATUSES)
  status: ReportedStatus;

  /** For example `invalid_phone_number`. */
  @IsOptional()
  @IsText(64)
  errorCode?: string;

  @IsOptional()
  @IsText(255)
  errorMessage?: string;

  @IsOptional()
  @IsInstant()
  at?: string;

  @IsOptional()
  @IsText(128)
  providerId?: string;
}

/** An inbound message to one of the account's numbers. */
export class InboundRequest {
  @IsSender()
  from: string;

  @IsSender()
  to: string;

  @IsText(1600)
  message: string;

  @IsOptional()
  @IsInstant()
  at?: string;
}

export class MissedCallRequest {
  @IsNumber()
  from: string;

  @IsNumber()
  to: string;
}

/** A phone of the account says whether it is online. */
export class HeartbeatRequest {
  @IsNumber()
  phoneNumber: string;

  @IsBoolean()
  online: boolean;
}

export class OptInRequest {
  @IsNumber()
  from: string;

  @IsSender()
  to: string;
}
