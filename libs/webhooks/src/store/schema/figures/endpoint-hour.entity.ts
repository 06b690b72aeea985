import { EntitySchema } from 'typeorm';
import { FIGURES } from '../../figures/figure-store.js';
import { instant, integer } from '../columns.js';

/** Results of an endpoint's attempts in one hour: a number for each of `FIGURES`. Kept for 25 hours. */
export class WebhookEndpointHourRow {
  endpointId!: string;
  /** When the hour begins. */
  hour!: number;
}

export const createEndpointHourSchema = (prefix: string): EntitySchema<WebhookEndpointHourRow> =>
  new EntitySchema<WebhookEndpointHourRow>({
    target: WebhookEndpointHourRow,
    name: 'WebhookEndpointHourRow',
    tableName: `${prefix}webhook_endpoint_hours`,
    columns: {
      endpointId: { type: 'uuid', name: 'endpoint_id', primary: true },
      hour: instant('hour', { primary: true }),
      ...Object.fromEntries(FIGURES.map((figure) => [figure, integer(figure, { default: 0 })])),
    },
    indices: [{ name: `${prefix}webhook_endpoint_hours_hour`, columns: ['hour'] }],
  });
