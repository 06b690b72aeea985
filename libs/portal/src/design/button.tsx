import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { Link } from '../routing/link.tsx';
import type { Params } from '../routing/route.ts';
import { Icon, type IconName } from './icon.tsx';

type Kind = 'primary' | 'normal' | 'quiet' | 'danger';

interface Look {
  /** Default: `normal`. Each screen or dialog has one primary button. */
  kind?: Kind;
  small?: boolean;
  icon?: IconName;
}

interface ButtonProps extends Look, Omit<ButtonHTMLAttributes, 'type' | 'disabled'> {
  /** The action is running: the button can be focused, but not pressed. */
  busy?: boolean;
  disabled?: boolean;
  type?: 'button' | 'submit';
  children: ComponentChildren;
}

const classOf = ({ kind = 'normal', small }: Look): string =>
  `button button-${kind}${small ? ' button-small' : ''}`;

export function Button({ kind, small, icon, busy, type = 'button', children, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={classOf({ kind, small })}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A link that looks like a button and leads to a screen. */
export function ButtonLink({
  to,
  kind,
  small,
  icon,
  children,
}: Look & { to: Params; children: ComponentChildren }) {
  return (
    <Link to={to} class={classOf({ kind, small })}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes, 'label'> {
  icon: IconName;
  /** What the button does, for screen readers and as a tooltip. */
  label: string;
}

export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <button {...rest} type="button" class="icon-button" aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
