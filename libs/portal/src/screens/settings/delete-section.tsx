import { useMutation, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { Endpoint } from '../../api/types.ts';
import { announce } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { ActionError } from '../../design/states.tsx';
import { navigate } from '../../routing/location.ts';
import { t } from '../../strings/translate.ts';
import { Section } from './section.tsx';

export function DeleteSection({ endpoint: { id, url } }: { endpoint: Endpoint }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.delete('/webhooks/{id}', { path: { id } }),
    onSuccess: () => {
      announce(t('settings.deleted'));
      navigate({});
      void client.invalidateQueries({ queryKey: ['endpoints'] });
    },
  });
  return (
    <Section title={t('settings.danger')}>
      <p>{t('settings.dangerText')}</p>
      <div>
        <Button kind="danger" icon="trash" onClick={() => setAsking(true)}>
          {t('settings.delete')}
        </Button>
      </div>
      {asking && (
        <ConfirmDialog
          title={t('settings.deleteTitle')}
          confirm={t('settings.delete')}
          danger
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>{t('settings.deleteText', { url })}</p>
          <ActionError error={remove.error} />
        </ConfirmDialog>
      )}
    </Section>
  );
}
