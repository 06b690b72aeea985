import { useState } from 'preact/hooks';
import { t } from '../strings/translate.ts';
import { announce } from './announcer.tsx';
import { Button, IconButton } from './button.tsx';

interface CopyProps {
  value: string;
  /** What is copied, such as `secret`: the button is named "Copy secret". */
  what: string;
  /** `true`: only an icon. Default: a button with text. */
  compact?: boolean;
  small?: boolean;
  onCopied?: () => void;
}

/**
 * Copies a text, and returns whether that worked. If the clipboard API refuses, or is missing (as on pages over plain HTTP),
 * copies a selection instead.
 */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copyBySelection(text),
    );
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  const focused = document.activeElement;
  // An open modal dialog makes everything outside of it inert, so the text area must be inside.
  (focused?.closest('dialog') ?? document.body).append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

export function CopyButton({ value, what, compact, small, onCopied }: CopyProps) {
  const [copied, setCopied] = useState(false);
  const label = t('copy.label', { what });
  const onClick = async () => {
    const worked = await copy(value);
    announce(worked ? t('copy.done', { what }) : t('copy.failed'));
    setCopied(worked);
    if (worked) onCopied?.();
  };
  if (compact) return <IconButton icon={copied ? 'check' : 'copy'} label={label} onClick={onClick} />;
  return (
    <Button small={small} icon={copied ? 'check' : 'copy'} onClick={onClick}>
      {label}
    </Button>
  );
}
