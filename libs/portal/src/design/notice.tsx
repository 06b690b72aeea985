import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'info' | 'success' | 'warning' | 'danger';

const ICONS: Record<Tone, IconName> = {
  info: 'info',
  success: 'check',
  warning: 'warning',
  danger: 'warning',
};

interface NoticeProps {
  tone: Tone;
  title: ComponentChildren;
  children?: ComponentChildren;
  action?: ComponentChildren;
  /** Screen readers read the notice as soon as it appears. */
  live?: boolean;
}

/** A coloured box with a message. */
export function Notice({ tone, title, children, action, live }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role={live ? 'alert' : undefined}>
      <Icon name={ICONS[tone]} />
      <div class="notice-text">
        <div class="notice-title">{title}</div>
        {children && <div>{children}</div>}
      </div>
      {action && <div class="notice-action">{action}</div>}
    </div>
  );
}
