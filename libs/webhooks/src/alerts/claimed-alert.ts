import type { DueAlert } from '../store/alert-store.js';

/** An alert that this sender holds until its lease expires. */
export interface ClaimedAlert extends DueAlert {
  /** Address to mail it to; null if there is none, or if the alert must not be mailed. */
  recipient: string | null;
  /** It is the recipient's last mail of today. */
  isLastMail: boolean;
}
