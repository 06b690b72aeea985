import type { EndpointFigures } from '../../api/types.ts';
import { DayBars } from '../../charts/day-bars.tsx';
import { t } from '../../strings/translate.ts';

const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

/** The last 24 hours of one webhook: bars and the rate of success. */
export function DayFigures({ figures, loading }: { figures: EndpointFigures | undefined; loading: boolean }) {
  if (loading) return <div class="skeleton day-skeleton" />;
  if (!figures || figures.successRate === null) return <span class="muted">{t('webhooks.noAttempts')}</span>;
  return (
    <div class="day-figures">
      <DayBars figures={figures} />
      <span class="small muted">
        {t('webhooks.successRate', { rate: percent.format(Math.floor(figures.successRate * 1000) / 1000) })}
      </span>
    </div>
  );
}
