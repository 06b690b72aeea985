import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../design/button.tsx';
import { t } from '../../strings/translate.ts';

interface ChartProps {
  title: string;
  /** What the drawing shows, for screen readers. */
  label: string;
  legend: ComponentChildren;
  /** Labels of the y axis with their height, 0 to 100. */
  scale: readonly { label: string; at: number }[];
  /** Start of each hour. */
  hours: readonly string[];
  /** Width of the drawing, divided equally among the hours. The height is 100. */
  width: number;
  /** The drawing, as SVG. */
  children: ComponentChildren;
  /** The same figures as a table. */
  table: ComponentChildren;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
export const hourText = (hour: string): string => clock.format(new Date(hour));

/** Hours between two labels of the x axis. */
const LABEL_EVERY = 6;

/** A chart of the last 24 hours. A button replaces the drawing by a table of the same figures. */
export function Chart({ title, label, legend, scale, hours, width, children, table }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const show = t(asTable ? 'overview.asChart' : 'overview.asTable');
  return (
    <section class="card chart-card">
      <header class="card-header">
        <h2>{title}</h2>
        <Button
          small
          kind="quiet"
          aria-label={t('overview.showLabel', { show, chart: title })}
          onClick={() => setAsTable(!asTable)}
        >
          {show}
        </Button>
      </header>
      {asTable ? (
        table
      ) : (
        <div class="card-body">
          <div class="legend">{legend}</div>
          <div class="chart">
            <div class="chart-scale" aria-hidden="true">
              {scale.map(({ label: text, at }) => (
                <span key={at} style={{ bottom: `${at}%` }}>
                  {text}
                </span>
              ))}
            </div>
            <svg
              class="chart-drawing"
              viewBox={`0 0 ${width} 100`}
              preserveAspectRatio="none"
              role="img"
              aria-label={label}
            >
              {scale.map(({ at }) => (
                <line key={at} class="chart-line" x1="0" x2={width} y1={100 - at} y2={100 - at} />
              ))}
              {children}
            </svg>
            <div class="chart-hours" aria-hidden="true">
              {hours
                .filter((_, place) => place % LABEL_EVERY === 0)
                .map((hour) => (
                  <span key={hour}>{hourText(hour)}</span>
                ))}
            </div>
          </div>
        </div>
      )}
    </section>
  );
}

export function Legend({ mark, children }: { mark: string; children: ComponentChildren }) {
  return (
    <span class="legend-item">
      <span class={`legend-mark mark-${mark}`} aria-hidden="true" />
      {children}
    </span>
  );
}
