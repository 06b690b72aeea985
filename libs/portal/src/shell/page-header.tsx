import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../design/icon.tsx';
import { Link } from '../routing/link.tsx';
import type { Params } from '../routing/route.ts';
import { takeFocus } from './heading-focus.ts';

interface PageHeaderProps {
  title: ComponentChildren;
  /** Next to the title, such as a status. */
  aside?: ComponentChildren;
  /** Below the title. */
  subtitle?: ComponentChildren;
  actions?: ComponentChildren;
  /** Link to the parent screen. */
  up?: { to: Params; label: string };
}

/** The head of a screen. Its heading gets the focus when the screen opens. */
export function PageHeader({ title, aside, subtitle, actions, up }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => takeFocus(heading.current), []);
  return (
    <header class="page-header">
      {up && (
        <Link to={up.to} class="up-link">
          <Icon name="back" />
          {up.label}
        </Link>
      )}
      <div class="page-header-row">
        <div class="page-header-title">
          <div class="row">
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {aside}
          </div>
          {subtitle && <div class="muted">{subtitle}</div>}
        </div>
        {actions && <div class="row">{actions}</div>}
      </div>
    </header>
  );
}
