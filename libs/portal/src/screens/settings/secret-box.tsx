import { CopyButton } from '../../design/copy-button.tsx';
import { t } from '../../strings/translate.ts';
import './secret-box.css';

/** A secret in full, with a button that copies it. */
export function SecretBox({ secret }: { secret: string }) {
  return (
    <div class="secret-box">
      <input
        class="input mono"
        readOnly
        value={secret}
        aria-label={t('created.secretLabel')}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={secret} what={t('settings.secretWord')} />
    </div>
  );
}
