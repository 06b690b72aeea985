import type { EndpointStats } from '../../api/types.ts';
import { Link } from '../../routing/link.tsx';
import { numberText, t } from '../../strings/translate.ts';
import { percentText } from './tiles.tsx';

const CLASSES = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;

/** Responses of the receiver by class of status code. Each class links to its deliveries. */
export function StatusClasses({ stats: { total }, webhook }: { stats: EndpointStats; webhook: string }) {
  return (
    <section class="card" aria-labelledby="statuses-title">
      <header class="card-header">
        <h2 id="statuses-title">{t('overview.statuses')}</h2>
      </header>
      <table class="statuses">
        <caption class="visually-hidden">{t('overview.statuses')}</caption>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">{t('overview.response')}</th>
            <th scope="col">{t('overview.attempts')}</th>
            <th scope="col">{t('overview.part')}</th>
          </tr>
        </thead>
        <tbody>
          {CLASSES.map((name) => {
            const count = total.statusClasses[name];
            const part = total.attempts === 0 ? 0 : count / total.attempts;
            return (
              <tr key={name}>
                <th scope="row">
                  <Link to={{ webhook, tab: 'deliveries', status: name, range: '24h' }}>
                    {t(`deliveries.response.${name}`)}
                  </Link>
                  <svg class="status-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="status-all" width="100" height="4" />
                    <rect
                      class={name === '2xx' ? 'mark-delivered' : 'mark-exhausted'}
                      width={part * 100}
                      height="4"
                    />
                  </svg>
                </th>
                <td>{numberText(count)}</td>
                <td class="muted">{percentText(part)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
