import type { Attempt } from '../../api/types.ts';
import { durationText, Time } from '../../design/time.tsx';
import { ResultChip } from '../../explain/result-chip.tsx';
import { Link } from '../../routing/link.tsx';
import type { Params } from '../../routing/route.ts';
import { t } from '../../strings/translate.ts';

interface AttemptListProps {
  attempts: readonly Attempt[];
  /** The attempt that is shown next to the list. */
  current: Attempt | null;
  params: Params;
}

/** Links to the attempts, latest first. Each link shows the request and the response of its attempt. */
export function AttemptList({ attempts, current, params }: AttemptListProps) {
  return (
    <nav class="card attempts" aria-label={t('delivery.attempts')}>
      <h2 class="attempts-title">{t('delivery.attemptsTitle', { n: attempts.length })}</h2>
      <ol>
        {attempts.toReversed().map((attempt) => (
          <li key={attempt.number}>
            <Link
              to={{ ...params, attempt: String(attempt.number) }}
              class="attempt"
              replace
              aria-current={attempt === current ? 'page' : undefined}
            >
              <span class="row row-spread">
                <span class="attempt-number">{t('delivery.attempt', { number: attempt.number })}</span>
                <ResultChip attempt={attempt} />
              </span>
              <span class="muted small attempt-time">
                <Time at={attempt.startedAt} show="clock" />
                {attempt.durationMs !== null && <span>{durationText(attempt.durationMs)}</span>}
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
