import { MailAddress, Nullable, Text } from '../validation/fields.js';

/** Body of `PATCH /webhooks/account`. */
export class ChangeAccount {
  /** Where alerts go for endpoints that name no address. `null`: nowhere. */
  @Nullable()
  @MailAddress()
  alertEmail?: string | null;

  /** Profile of new endpoints and of callbacks. `null`: the module's default. */
  @Nullable()
  @Text(32)
  defaultProfile?: string | null;
}
