import { useMutation } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { asApiError } from '../../api/api-error.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { SelectField, TextField } from '../../design/field.tsx';
import { ActionError } from '../../design/states.tsx';
import { absoluteTime } from '../../design/time.tsx';
import type { ProfileRules } from '../../session/session.ts';
import { t } from '../../strings/translate.ts';
import { profileText } from '../../webhook-form/profile-text.ts';
import { SecretBox } from './secret-box.tsx';

/**
 * Rotates a secret. `secret`: the new secret, if the customer chose it; otherwise the server generates one. `overlapMs`: how long
 * the old secret stays valid.
 */
export type Rotate = (body: {
  secret?: string;
  overlapMs: number;
}) => Promise<{ secret: string; previousExpiresAt: string | null }>;

const OVERLAPS = ['0', '3600000', '86400000', '604800000'] as const;

interface RotateDialogProps {
  /** `null`: the secret signs for webhooks of several profiles. */
  rules: ProfileRules | null;
  rotate: Rotate;
  onClose: () => void;
}

/** Asks how long the old secret stays valid, rotates the secret, and shows the new one. */
export function RotateDialog({ rules, rotate, onClose }: RotateDialogProps) {
  // If a request has room for only one signature, the old secret cannot stay valid.
  const canOverlap = rules?.secret.signsWithAll ?? true;
  const [overlap, setOverlap] = useState<string>(canOverlap ? '86400000' : '0');
  const [own, setOwn] = useState('');
  const rotation = useMutation({
    mutationFn: () => rotate({ overlapMs: Number(overlap), ...(own && { secret: own }) }),
  });
  if (rotation.data) return <RotatedDialog {...rotation.data} onClose={onClose} />;
  const error = rotation.error ? asApiError(rotation.error) : null;
  const secretErrors = error?.messagesOf('secret') ?? [];
  return (
    <Dialog
      title={t('rotate.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" busy={rotation.isPending} onClick={() => rotation.mutate()}>
            {t('rotate.confirm')}
          </Button>
        </>
      }
    >
      <p>{t(rules === null ? 'rotate.textSome' : canOverlap ? 'rotate.textBoth' : 'rotate.textNewest')}</p>
      {canOverlap && (
        <SelectField
          label={t('rotate.overlap')}
          value={overlap}
          onChange={setOverlap}
          options={OVERLAPS.map((value) => ({ value, label: t(`rotate.overlap.${value}`) }))}
        />
      )}
      <TextField
        label={t('rotate.own')}
        optional={rules?.secret.callerSupplied ? undefined : t('form.optional')}
        hint={
          rules?.secret.callerSupplied ? profileText('form.ownSecretHint', rules.name) : t('rotate.ownHint')
        }
        mono
        autoComplete="off"
        value={own}
        onInput={setOwn}
        errors={secretErrors}
      />
      {secretErrors.length === 0 && <ActionError error={error} />}
    </Dialog>
  );
}

function RotatedDialog({
  secret,
  previousExpiresAt,
  onClose,
}: {
  secret: string;
  previousExpiresAt: string | null;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={t('rotate.doneTitle')}
      dismissable={false}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t('created.done')}
        </Button>
      }
    >
      <p>
        {t('rotate.doneText')}{' '}
        {previousExpiresAt ? t('rotate.until', { time: absoluteTime(previousExpiresAt) }) : t('rotate.ended')}
      </p>
      <SecretBox secret={secret} />
    </Dialog>
  );
}
