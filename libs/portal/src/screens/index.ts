import type { ScreenName } from '../routing/route.ts';
import { AccountScreen } from './account/account-screen.tsx';
import { DeliveriesScreen, WebhookDeliveriesScreen } from './deliveries/deliveries-screen.tsx';
import { DeliveryScreen } from './delivery/delivery-screen.tsx';
import { MessageScreen } from './message/message-screen.tsx';
import { OperatorScreen } from './operator/operator-screen.tsx';
import { OverviewScreen } from './overview/overview-screen.tsx';
import { RecoverScreen } from './recover/recover-screen.tsx';
import { RegisterScreen } from './register/register-screen.tsx';
import { ReplayScreen } from './replay/replay-screen.tsx';
import type { Screen } from './screen.ts';
import { SettingsScreen } from './settings/settings-screen.tsx';
import { UnknownScreen } from './unknown-screen.tsx';
import { WebhooksScreen } from './webhooks/webhooks-screen.tsx';

export const screens: Record<ScreenName, Screen> = {
  webhooks: WebhooksScreen,
  register: RegisterScreen,
  overview: OverviewScreen,
  'webhook-deliveries': WebhookDeliveriesScreen,
  settings: SettingsScreen,
  recover: RecoverScreen,
  replay: ReplayScreen,
  deliveries: DeliveriesScreen,
  delivery: DeliveryScreen,
  message: MessageScreen,
  account: AccountScreen,
  operator: OperatorScreen,
  unknown: UnknownScreen,
};
