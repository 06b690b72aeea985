import { CopyButton } from './copy-button.tsx';

interface CodeBlockProps {
  code: string;
  /** What the code is, such as `request body`: the copy button is named after it. */
  what: string;
}

/**
 * Code, ids and other machine-readable text, with a button that copies it. Long lines wrap, so the block never scrolls
 * sideways.
 */
export function CodeBlock({ code, what }: CodeBlockProps) {
  return (
    <div class="code">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- long blocks scroll by keyboard */}
      <pre tabIndex={0} role="region" aria-label={what}>
        <code>{code}</code>
      </pre>
      <div class="code-copy">
        <CopyButton compact value={code} what={what} />
      </div>
    </div>
  );
}
