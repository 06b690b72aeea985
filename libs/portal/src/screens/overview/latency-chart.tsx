import type { EndpointStats } from '../../api/types.ts';
import { durationText } from '../../design/time.tsx';
import { t } from '../../strings/translate.ts';
import { Chart, hourText, Legend } from './chart.tsx';
import { FigureTable } from './figure-table.tsx';

/** Steps (ms) of the y axis. All steps have the same height, so the axis is roughly logarithmic. */
const STEPS = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];
const LABELS = [0, 100, 1000, 5000, 30_000];

const heightOf = (ms: number): number => {
  const step = STEPS.findIndex((each) => each >= ms);
  return (100 * ((step === -1 ? STEPS.length - 1 : step) + 1)) / STEPS.length;
};

type Hour = EndpointStats['hours'][number];

function Range({ hour: { hour, latencyMs }, x }: { hour: Hour; x: number }) {
  if (!latencyMs) return null;
  const [half, most] = [heightOf(latencyMs.p50), heightOf(latencyMs.p95)];
  return (
    <g>
      <title>
        {[
          hourText(hour),
          t('overview.p50', { time: durationText(latencyMs.p50) }),
          t('overview.p95Of', { time: durationText(latencyMs.p95) }),
        ].join('\n')}
      </title>
      <rect class="chart-hit" x={x} y="0" width="10" height="100" />
      <rect class="mark-p95" x={x + 1} y={100 - most} width="8" height={most} />
      <rect class="mark-p50" x={x + 1} y={100 - half} width="8" height={half} />
    </g>
  );
}

/** How long the attempts of each hour took. */
export function LatencyChart({ stats: { hours, total } }: { stats: EndpointStats }) {
  const text = (ms: number | undefined) => (ms === undefined ? t('overview.noFigure') : durationText(ms));
  return (
    <Chart
      title={t('overview.latency')}
      label={t('overview.latencyLabel', { p50: text(total.latencyMs?.p50), p95: text(total.latencyMs?.p95) })}
      legend={
        <>
          <Legend mark="p50">{t('overview.half')}</Legend>
          <Legend mark="p95">{t('overview.most')}</Legend>
        </>
      }
      scale={LABELS.map((ms) => ({ at: ms && heightOf(ms), label: durationText(ms) }))}
      hours={hours.map(({ hour }) => hour)}
      width={hours.length * 10}
      table={
        <FigureTable
          caption={t('overview.latency')}
          headers={[t('overview.hour'), t('overview.half'), t('overview.most')]}
          rows={hours
            .toReversed()
            .map(({ hour, latencyMs }) => [hourText(hour), text(latencyMs?.p50), text(latencyMs?.p95)])}
        />
      }
    >
      {hours.map((hour, place) => (
        <Range key={hour.hour} hour={hour} x={place * 10} />
      ))}
    </Chart>
  );
}
