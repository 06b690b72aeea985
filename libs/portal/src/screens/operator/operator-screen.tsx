import { useState } from 'preact/hooks';
import { Button } from '../../design/button.tsx';
import { Empty } from '../../design/states.tsx';
import { Tabs } from '../../design/tabs.tsx';
import { useScope } from '../../session/session-context.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { OperatorList, type View } from './operator-lists.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { PauseList } from './pause-list.tsx';
import { QueueTiles } from './queue-tiles.tsx';

const VIEWS: View[] = ['failing', 'endpoints', 'deliveries'];

/** The operator's view of all tenants. */
export function OperatorScreen({ params }: ScreenProps) {
  const mayLook = useScope('operator');
  const [pausing, setPausing] = useState<string | null>(null);
  const view = VIEWS.find((each) => each === params.view) ?? 'failing';
  if (!mayLook) return <Empty isScreen title={t('state.noScope')} />;
  return (
    <>
      <PageHeader
        title={t('operator.title')}
        subtitle={t('operator.subtitle')}
        actions={
          <Button icon="pause" onClick={() => setPausing('')}>
            {t('operator.pause')}
          </Button>
        }
      />
      <QueueTiles />
      <PauseList />
      <Tabs
        label={t('operator.lists')}
        tabs={VIEWS.map((each) => ({
          to: { screen: 'operator', view: each },
          label: t(`operator.view.${each}`),
          current: each === view,
        }))}
      />
      <OperatorList key={view} view={view} params={params} onPause={setPausing} />
      {pausing !== null && <PauseDialog endpointId={pausing} onClose={() => setPausing(null)} />}
    </>
  );
}
