/** What a row of an alert knows of its cause: counts and causes are read when it is sent. */
export interface AlertData {
  /** Number of the lane; not of a summary. */
  lane?: string;
  /** `https://host:port` of callbacks. */
  origin?: string | null;
  /** When the time of failure began, epoch milliseconds. */
  since?: number | null;
  /** Deliveries that failed in it. */
  failures?: number;
  /** When the endpoint will be disabled, epoch milliseconds. */
  disableAt?: number;
  /** Why it was disabled. */
  reason?: string;
  /** Deliveries that waited when it was disabled, counted up to 10,001. */
  waiting?: number;
  /** `dlv_…`, the first of those that the alert is about. */
  deliveryId?: string;
  eventType?: string;
  /** Number of the attempt that failed. */
  attempt?: number;
  status?: number | null;
  /** Class of the failure. */
  error?: string | null;
  /** Of a summary: the beginning of its day, epoch milliseconds. */
  day?: number;
}
