import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';

export class ListMessagesDto {
  /** How many, at most 100. */
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;

  /** The last answer's `nextCursor`. */
  @IsOptional()
  @IsUUID()
  cursor?: string;
}
