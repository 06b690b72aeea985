/** Returns a command that sends the request from a POSIX shell. `body`: a path, or the text itself. */
export function curlOf(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: { file: string } | { text: string },
): string {
  const data =
    'file' in body ? `--data-binary ${quoted(`@${body.file}`)}` : `--data-raw ${quoted(body.text)}`;
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [`curl -i ${quoted(url)}`, ...lines, data].join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
