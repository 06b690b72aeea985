import type { EndpointFigures } from '../api/types.ts';
import { t } from '../strings/translate.ts';
import './day-bars.css';

const HOUR_MS = 3_600_000;
const BARS = 24;
const [WIDTH, HEIGHT, GAP] = [5, 24, 1];

/** One entry for each of the last 24 hours, oldest first. In an hour without attempts, both counts are 0. */
function fill(hours: EndpointFigures['hours'], now: number): { delivered: number; failed: number }[] {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  const byHour = new Map(hours.map((each) => [Date.parse(each.hour), each]));
  return Array.from(
    { length: BARS },
    (_, place) => byHour.get(last - (BARS - 1 - place) * HOUR_MS) ?? { delivered: 0, failed: 0 },
  );
}

/** A small chart of one webhook's last 24 hours. Its figures are in the text beside it. */
export function DayBars({ figures }: { figures: EndpointFigures }) {
  const hours = fill(figures.hours, Date.now());
  const highest = Math.max(1, ...hours.map(({ delivered, failed }) => delivered + failed));
  const scale = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / highest) * HEIGHT));
  return (
    <svg
      class="day-bars"
      viewBox={`0 0 ${BARS * (WIDTH + GAP) - GAP} ${HEIGHT}`}
      role="img"
      aria-label={t('webhooks.bars', { delivered: figures.delivered, failed: figures.failed })}
    >
      {hours.map(({ delivered, failed }, place) => {
        const [good, bad] = [scale(delivered), scale(failed)];
        const total = Math.min(HEIGHT, good + bad);
        const x = place * (WIDTH + GAP);
        return (
          <g key={place}>
            {total === 0 && <rect class="bar-none" x={x} y={HEIGHT - 1.5} width={WIDTH} height={1.5} />}
            <rect
              class="bar-good"
              x={x}
              y={HEIGHT - total + bad}
              width={WIDTH}
              height={Math.max(0, total - bad)}
            />
            <rect class="bar-bad" x={x} y={HEIGHT - total} width={WIDTH} height={bad} />
          </g>
        );
      })}
    </svg>
  );
}
