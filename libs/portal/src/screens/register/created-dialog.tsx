import { useState } from 'preact/hooks';
import type { Registered } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { navigate } from '../../routing/location.ts';
import { Link } from '../../routing/link.tsx';
import { useProfile, useScope } from '../../session/session-context.ts';
import { Snippets } from '../../snippets/snippets.tsx';
import { Text } from '../../strings/text.tsx';
import { t } from '../../strings/translate.ts';
import { TestEventDialog } from '../test-event/test-event-dialog.tsx';
import { SecretBox } from '../settings/secret-box.tsx';

/** Shown after a webhook was added: its secret, and code that verifies requests with the secret. */
export function CreatedDialog({ endpoint }: { endpoint: Registered }) {
  const rules = useProfile(endpoint.profile);
  const mayReveal = useScope('reveal');
  const [testing, setTesting] = useState(false);
  const done = () => navigate({ webhook: endpoint.id });
  if (testing) return <TestEventDialog endpoint={endpoint} onClose={done} />;
  const ofAccount = rules?.secret.owner === 'account';
  return (
    <Dialog
      title={t('created.title')}
      wide
      // Only the buttons close a dialog with a secret, because the session perhaps cannot show the secret again.
      dismissable={!endpoint.secret}
      onClose={done}
      actions={
        <>
          <Button icon="send" onClick={() => setTesting(true)}>
            {t('created.test')}
          </Button>
          <Button kind="primary" onClick={done}>
            {t('created.done')}
          </Button>
        </>
      }
    >
      {endpoint.secret && (
        <>
          <p>
            {t('created.secretText')} {t(mayReveal ? 'created.secretLater' : 'created.secretOnce')}
          </p>
          <SecretBox secret={endpoint.secret} />
        </>
      )}
      {!endpoint.secret && ofAccount && (
        <p>
          <Text
            of="form.accountSecret"
            with={{ link: <Link to={{ screen: 'account' }}>{t('form.accountSecretLink')}</Link> }}
          />
        </p>
      )}
      {!endpoint.secret && !ofAccount && <p>{t('created.unsigned')}</p>}
      {(endpoint.secret || ofAccount) && (
        <section class="stack stack-tight">
          <h3>{t('created.verify')}</h3>
          <Snippets endpoint={endpoint} />
        </section>
      )}
    </Dialog>
  );
}
