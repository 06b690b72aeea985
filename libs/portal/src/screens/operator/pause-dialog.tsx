import { useState } from 'preact/hooks';
import { useMutation, useQueryClient } from '../../data/index.ts';
import { announce } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { SelectField, TextField } from '../../design/field.tsx';
import { ActionError } from '../../design/states.tsx';
import { t } from '../../strings/translate.ts';
import { pause, targetOf, type Pause } from './operator-queries.ts';

const SCOPES: Pause['scope'][] = ['endpoint', 'tenant', 'origin', 'all'];

export function PauseDialog({ endpointId, onClose }: { endpointId: string; onClose: () => void }) {
  const [scope, setScope] = useState<Pause['scope']>('endpoint');
  const [value, setValue] = useState(endpointId);
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => pause(targetOf(scope, value.trim()), reason.trim()),
    onSuccess: () => {
      announce(t('operator.pausedNow'));
      onClose();
      return client.invalidateQueries({ queryKey: ['operator'] });
    },
  });
  return (
    <Dialog
      title={t('operator.pause')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" busy={change.isPending} onClick={() => change.mutate()}>
            {t('operator.pauseNow')}
          </Button>
        </>
      }
    >
      <p>{t('operator.pauseText')}</p>
      <SelectField
        label={t('operator.what')}
        value={scope}
        onChange={(next) => {
          setScope(next as Pause['scope']);
          setValue(next === 'endpoint' ? endpointId : '');
        }}
        options={SCOPES.map((each) => ({ value: each, label: t(`operator.scope.${each}`) }))}
      />
      {scope !== 'all' && (
        <TextField label={t(`operator.value.${scope}`)} mono value={value} onInput={setValue} />
      )}
      <TextField label={t('operator.reason')} value={reason} onInput={setReason} />
      <ActionError error={change.error} />
    </Dialog>
  );
}
