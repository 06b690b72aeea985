import type { ComponentChildren } from 'preact';
import { hrefOf, navigate } from './location.ts';
import type { Params } from './route.ts';

interface LinkProps {
  to: Params;
  class?: string;
  /** For links within a screen: a click adds no history entry and does not scroll. */
  replace?: boolean;
  'aria-current'?: 'page';
  'aria-label'?: string;
  title?: string;
  children: ComponentChildren;
}

/** A real link to a screen: it can be copied and opened in a new tab. */
export function Link({ to, replace, children, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={hrefOf(to)}
      onClick={(event) => {
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to, { replace });
      }}
    >
      {children}
    </a>
  );
}
