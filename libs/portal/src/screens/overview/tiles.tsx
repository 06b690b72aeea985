import type { EndpointStats } from '../../api/types.ts';
import { durationText } from '../../design/time.tsx';
import { numberText, t } from '../../strings/translate.ts';

const percents = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

/** Rounds down, so that 99.97 % is not shown as 100 %. */
export const percentText = (part: number): string => percents.format(Math.floor(part * 1000) / 1000);

export function Tile({ label, value, note }: { label: string; value: string; note?: string }) {
  return (
    <div class="card tile">
      <dt>{label}</dt>
      <dd class="tile-value">{value}</dd>
      {note && <dd class="muted small">{note}</dd>}
    </div>
  );
}

/** The figures of the last 24 hours. */
export function Tiles({ stats: { total } }: { stats: EndpointStats }) {
  const none = t('overview.noFigure');
  return (
    <dl class="tiles">
      <Tile
        label={t('overview.successRate')}
        value={total.successRate === null ? none : percentText(total.successRate)}
        note={t('overview.ofAttempts', { n: total.attempts })}
      />
      <Tile label={t('overview.delivered')} value={numberText(total.delivered)} />
      <Tile
        label={t('overview.failedAttempts')}
        value={numberText(total.retried + total.exhausted)}
        note={t('overview.lastTry', { n: total.exhausted })}
      />
      <Tile
        label={t('overview.p95')}
        value={total.latencyMs ? t('overview.atMost', { time: durationText(total.latencyMs.p95) }) : none}
        note={total.latencyMs ? t('overview.p50', { time: durationText(total.latencyMs.p50) }) : undefined}
      />
    </dl>
  );
}
