import type { EndpointStats } from '../../api/types.ts';
import { numberText, t } from '../../strings/translate.ts';
import { Chart, hourText, Legend } from './chart.tsx';
import { FigureTable } from './figure-table.tsx';

/** Results of attempts, from the bottom of a bar to its top. */
const OUTCOMES = ['delivered', 'retried', 'exhausted', 'discarded'] as const;

const compact = new Intl.NumberFormat(undefined, { notation: 'compact' });

/** Rounds up to a number whose half is whole too, so that the labels of the axis are short. */
export function niceTop(highest: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(highest, 2)));
  return (
    [1, 2, 4, 6, 8, 10].map((step) => step * size).find((top) => top >= highest && top >= 2) ?? 10 * size
  );
}

type Hour = EndpointStats['hours'][number];

function Bar({ hour, x, top }: { hour: Hour; x: number; top: number }) {
  let y = 100;
  return (
    <g>
      <title>
        {[
          hourText(hour.hour),
          ...OUTCOMES.map((name) => t(`overview.count.${name}`, { n: hour[name] })),
        ].join('\n')}
      </title>
      <rect class="chart-hit" x={x} y="0" width="10" height="100" />
      {OUTCOMES.map((name) => {
        const height = (100 * hour[name]) / top;
        y -= height;
        return (
          height > 0 && <rect key={name} class={`mark-${name}`} x={x + 1} y={y} width="8" height={height} />
        );
      })}
    </g>
  );
}

/** Results of the attempts of each hour, as stacked bars. */
export function OutcomeChart({ stats: { hours, total } }: { stats: EndpointStats }) {
  const sumOf = (hour: Hour) => OUTCOMES.reduce((sum, name) => sum + hour[name], 0);
  const top = niceTop(Math.max(...hours.map(sumOf)));
  const used = OUTCOMES.filter((name) => name === 'delivered' || name === 'retried' || total[name] > 0);
  return (
    <Chart
      title={t('overview.outcomes')}
      label={t('overview.outcomesLabel', {
        delivered: total.delivered,
        retried: total.retried,
        exhausted: total.exhausted,
        discarded: total.discarded,
      })}
      legend={used.map((name) => (
        <Legend key={name} mark={name}>
          {t(`overview.outcome.${name}`)} <strong>{numberText(total[name])}</strong>
        </Legend>
      ))}
      scale={[0, 50, 100].map((at) => ({ at, label: compact.format((top * at) / 100) }))}
      hours={hours.map(({ hour }) => hour)}
      width={hours.length * 10}
      table={
        <FigureTable
          caption={t('overview.outcomes')}
          headers={[t('overview.hour'), ...OUTCOMES.map((name) => t(`overview.outcome.${name}`))]}
          rows={hours
            .toReversed()
            .map((hour) => [hourText(hour.hour), ...OUTCOMES.map((name) => numberText(hour[name]))])}
        />
      }
    >
      {hours.map((hour, place) => (
        <Bar key={hour.hour} hour={hour} x={place * 10} top={top} />
      ))}
    </Chart>
  );
}
