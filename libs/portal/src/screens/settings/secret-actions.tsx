import { useMutation, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import type { Account } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { ActionError } from '../../design/states.tsx';
import { absoluteTime } from '../../design/time.tsx';
import type { ProfileRules } from '../../session/session.ts';
import { useScope } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { RotateDialog, type Rotate } from './rotate-dialog.tsx';
import { SecretBox } from './secret-box.tsx';

interface SecretActionsProps {
  secrets: Account['secrets'];
  /** Shown if there is no secret. */
  none: string;
  rules: ProfileRules | null;
  reveal: () => Promise<{ secret: string | null }>;
  rotate: Rotate;
  /** Key of the queries to read again after the secret was shown or rotated. */
  changes: string[];
}

/**
 * Shows when each secret was created or when it ends, and has buttons that show and rotate the secret. A button is
 * missing if the session may not use it.
 */
export function SecretActions({ secrets, none, rules, reveal, rotate, changes }: SecretActionsProps) {
  const client = useQueryClient();
  const mayReveal = useScope('reveal');
  const mayRotate = useScope('rotate');
  const [rotating, setRotating] = useState(false);
  const show = useMutation({
    mutationFn: reveal,
    onSuccess: () => client.invalidateQueries({ queryKey: changes }),
  });
  const secret = show.data?.secret;
  return (
    <>
      {secrets.length === 0 && <p>{none}</p>}
      <ul class="stack stack-tight">
        {secrets.map(({ createdAt, expiresAt }) => (
          <li key={createdAt} class="muted small">
            {expiresAt
              ? t('settings.secretUntil', { time: absoluteTime(expiresAt) })
              : t('settings.secretSince', { time: absoluteTime(createdAt) })}
          </li>
        ))}
      </ul>
      {secret && <SecretBox secret={secret} />}
      <div class="row">
        {mayReveal && (
          <Button icon="eye" busy={show.isPending} onClick={() => (secret ? show.reset() : show.mutate())}>
            {t(secret ? 'settings.hide' : 'settings.reveal')}
          </Button>
        )}
        {mayRotate && (
          <Button icon="key" onClick={() => setRotating(true)}>
            {t('settings.rotate')}
          </Button>
        )}
      </div>
      <ActionError error={show.error} />
      {rotating && (
        <RotateDialog
          rules={rules}
          rotate={rotate}
          onClose={() => {
            setRotating(false);
            show.reset();
            void client.invalidateQueries({ queryKey: changes });
          }}
        />
      )}
    </>
  );
}
