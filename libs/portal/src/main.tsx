import { render } from 'preact';
import { Announcer } from './design/announcer.tsx';
import './design/css/index.css';
import { SessionGate } from './session/session-gate.tsx';
import { takeToken } from './session/token.ts';
import { CurrentScreen } from './shell/current-screen.tsx';
import './shell/shell.css';

takeToken();
// Opening another link to this page in the same tab starts a new session.
window.addEventListener('hashchange', () => {
  takeToken();
  location.reload();
});

render(
  <>
    <SessionGate>
      <CurrentScreen />
    </SessionGate>
    <Announcer />
  </>,
  document.getElementById('app')!,
);
