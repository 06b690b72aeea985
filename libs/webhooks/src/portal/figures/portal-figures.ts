import { Inject, Injectable } from '@nestjs/common';
import { encodeId } from '../../core/ids.js';
import { formatInstant } from '../../core/instants.js';
import type { EndpointHours, FigureStore } from '../../store/figures/figure-store.js';
import { STORE } from '../../store/store.js';

const HOUR_MS = 3_600_000;
/** Figures are kept for a day. */
export const MAX_HOURS = 24;

/** Figures of the attempts to one endpoint, without test events. */
export interface EndpointFigures {
  /** `wh_…` */
  endpointId: string;
  /** One entry for each requested hour, oldest first. The last entry is the current hour. */
  hours: HourFigures[];
  delivered: number;
  /** Attempts that failed. */
  failed: number;
  /** Share of the attempts that succeeded, 0 to 1; `null`: there was no attempt. */
  successRate: number | null;
}

export interface HourFigures {
  /** When the hour begins: RFC 3339. */
  hour: string;
  delivered: number;
  failed: number;
}

/** Figures of all endpoints of a tenant, for the list of endpoints. */
@Injectable()
export class PortalFigures {
  constructor(@Inject(STORE) private readonly store: FigureStore) {}

  /** @param count number of hours, 1 to 24 */
  async list(tenantId: string, count: number): Promise<{ data: EndpointFigures[] }> {
    const { now, endpoints } = await this.store.readTenantHours(tenantId, count * HOUR_MS);
    const last = Math.floor(now / HOUR_MS) * HOUR_MS;
    const starts = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * HOUR_MS);
    return { data: endpoints.map((endpoint) => toFigures(endpoint, starts)) };
  }
}

function toFigures({ endpointId, hours }: EndpointHours, starts: readonly number[]): EndpointFigures {
  const all = starts.map((start) => {
    const { delivered = 0, failed = 0 } = hours.find(({ hour }) => hour === start) ?? {};
    return { hour: formatInstant(start), delivered, failed };
  });
  const delivered = all.reduce((sum, each) => sum + each.delivered, 0);
  const failed = all.reduce((sum, each) => sum + each.failed, 0);
  const attempts = delivered + failed;
  const successRate = attempts === 0 ? null : Math.round((delivered / attempts) * 10_000) / 10_000;
  return { endpointId: encodeId('wh', endpointId), hours: all, delivered, failed, successRate };
}
