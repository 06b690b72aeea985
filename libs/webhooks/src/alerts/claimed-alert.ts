import type { DueAlert } from '../store/alert-store.js';

/** An alert that this sender holds until its lease expires. */
export interface ClaimedAlert extends DueAlert {
  /** Address to mail the alert to; null if there is no address, or if the alert must not be mailed. */
  recipient: string | null;
  /** This mail uses up today's quota of mails to the recipient. */
  isLastMail: boolean;
}
