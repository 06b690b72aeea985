import { Link } from '../routing/link.tsx';
import type { Params } from '../routing/route.ts';

export interface Tab {
  to: Params;
  label: string;
  current: boolean;
}

/** Links that look like tabs. They are links because each screen has its own URL. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.label} to={tab.to} class="tab" aria-current={tab.current ? 'page' : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
