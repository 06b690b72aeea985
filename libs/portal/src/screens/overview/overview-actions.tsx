import { useState } from 'preact/hooks';
import type { Endpoint } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { useScope } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { RepairLinks } from '../deliveries/repair-links.tsx';
import { TestEventDialog } from '../test-event/test-event-dialog.tsx';

export function OverviewActions({ endpoint }: { endpoint: Endpoint }) {
  const mayWrite = useScope('write');
  const [testing, setTesting] = useState(false);
  return (
    <>
      <RepairLinks webhook={endpoint.id} />
      {mayWrite && endpoint.state === 'active' && (
        <Button kind="primary" icon="send" onClick={() => setTesting(true)}>
          {t('settings.test')}
        </Button>
      )}
      {testing && <TestEventDialog endpoint={endpoint} onClose={() => setTesting(false)} />}
    </>
  );
}
