import { useMutation, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Endpoint } from '../../api/types.ts';
import { announce } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ActionError } from '../../design/states.tsx';
import { EndpointPill } from '../../design/status-pill.tsx';
import { Time } from '../../design/time.tsx';
import { useScope } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { TestEventDialog } from '../test-event/test-event-dialog.tsx';
import { Section } from './section.tsx';

const TEXTS = {
  active: 'settings.activeText',
  paused: 'settings.pausedText',
  disabled: 'settings.disabledText',
} as const;

/** Shows whether requests are sent to a webhook. One button pauses or resumes the webhook, and another sends a test event. */
export function StateSection({ endpoint }: { endpoint: Endpoint }) {
  const client = useQueryClient();
  const mayWrite = useScope('write');
  const [testing, setTesting] = useState(false);
  const { id, state, stateReason, stateAt } = endpoint;
  const change = useMutation({
    mutationFn: () =>
      state === 'active'
        ? api.post('/webhooks/{id}/pause', { path: { id } })
        : api.post('/webhooks/{id}/resume', { path: { id } }),
    onSuccess: (changed) => {
      client.setQueryData(queries.endpoint(id).queryKey, changed);
      announce(t(changed.state === 'paused' ? 'settings.paused' : 'settings.resumed'));
      void client.invalidateQueries({ queryKey: ['endpoints'] });
    },
  });
  return (
    <Section title={t('settings.delivery')}>
      <div class="stack stack-tight">
        <div class="row">
          <EndpointPill endpoint={endpoint} />
          <span class="muted small">
            <Time at={stateAt} />
          </span>
        </div>
        <p>
          {stateReason === 'endpoint-gone' && `${t('settings.disabledGone')} `}
          {stateReason === 'endpoint-failing' && `${t('settings.disabledFailing')} `}
          {t(TEXTS[state])}
        </p>
      </div>
      {mayWrite && (
        <div class="row">
          <Button
            icon={state === 'active' ? 'pause' : 'play'}
            busy={change.isPending}
            onClick={() => change.mutate()}
          >
            {t(
              state === 'active'
                ? 'settings.pause'
                : state === 'paused'
                  ? 'settings.resume'
                  : 'settings.enable',
            )}
          </Button>
          <Button icon="send" onClick={() => setTesting(true)}>
            {t('settings.test')}
          </Button>
        </div>
      )}
      <ActionError error={change.error} />
      {testing && <TestEventDialog endpoint={endpoint} onClose={() => setTesting(false)} />}
    </Section>
  );
}
