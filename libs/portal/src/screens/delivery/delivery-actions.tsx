import { useMutation, useQueryClient } from '../../data/index.ts';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { DeliveryDetail } from '../../api/types.ts';
import { announce } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { ActionError } from '../../design/states.tsx';
import { useScope } from '../../session/session-context.ts';
import type { StringKey } from '../../strings/catalogue.ts';
import { t } from '../../strings/translate.ts';

type Action = 'retry' | 'cancel';

/** Sends or cancels a delivery. The API returns the changed delivery. */
function useAction(action: Action, id: string, done: StringKey) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      action === 'retry'
        ? api.post('/webhooks/deliveries/{id}/retry', { path: { id } })
        : api.post('/webhooks/deliveries/{id}/cancel', { path: { id } }),
    onSuccess: (delivery) => {
      client.setQueryData(['delivery', id], delivery);
      void client.invalidateQueries({ queryKey: ['deliveries'] });
      announce(t(done));
    },
  });
}

/** Label of the button that sends a delivery, by the delivery's state. */
const sendLabel = ({ state }: DeliveryDetail): StringKey => {
  if (state === 'pending') return 'delivery.sendNow';
  return state === 'delivered' ? 'delivery.sendAgain' : 'delivery.retry';
};

/** Buttons of a delivery, and the error of an action that failed. */
export function DeliveryActions({ delivery }: { delivery: DeliveryDetail }) {
  const mayRetry = useScope('retry');
  const mayWrite = useScope('write');
  const [asks, setAsks] = useState<Action | null>(null);
  const retry = useAction('retry', delivery.id, 'delivery.retried');
  const cancel = useAction('cancel', delivery.id, 'delivery.cancelled');
  const run = (action: Action) => {
    // Only the error of the latest action is shown.
    retry.reset();
    cancel.reset();
    (action === 'retry' ? retry : cancel).mutate(undefined, { onSettled: () => setAsks(null) });
  };
  useEffect(() => {
    // The button that was pressed may be gone, so the focus moves to the heading, which shows the new state.
    if (document.activeElement === document.body) document.querySelector<HTMLElement>('main h1')?.focus();
  }, [delivery.state]);
  const canSend = delivery.state !== 'sending' && !delivery.erasedAt;
  return (
    <>
      {mayWrite && delivery.state === 'pending' && (
        <Button onClick={() => setAsks('cancel')}>{t('delivery.cancel')}</Button>
      )}
      {mayRetry && canSend && (
        <Button
          kind={delivery.state === 'delivered' ? 'normal' : 'primary'}
          icon="retry"
          busy={retry.isPending}
          onClick={() => (delivery.state === 'delivered' ? setAsks('retry') : run('retry'))}
        >
          {t(sendLabel(delivery))}
        </Button>
      )}
      {(retry.error ?? cancel.error) && (
        <div class="delivery-error">
          <ActionError error={retry.error ?? cancel.error} />
        </div>
      )}
      {asks === 'retry' && (
        <ConfirmDialog
          title={t('delivery.sendAgainTitle')}
          confirm={t('delivery.sendAgain')}
          busy={retry.isPending}
          onConfirm={() => run('retry')}
          onClose={() => setAsks(null)}
        >
          <p>{t('delivery.sendAgainText')}</p>
        </ConfirmDialog>
      )}
      {asks === 'cancel' && (
        <ConfirmDialog
          danger
          title={t('delivery.cancelTitle')}
          confirm={t('delivery.cancel')}
          busy={cancel.isPending}
          onConfirm={() => run('cancel')}
          onClose={() => setAsks(null)}
        >
          <p>{t('delivery.cancelText')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
