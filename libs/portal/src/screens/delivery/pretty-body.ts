const INDENT = '  ';

/**
 * Indents JSON as text, so that long numbers and the order of keys stay as they were sent. Form fields get a
 * line each. Returns `null` for every other text.
 */
export function prettyBody(text: string): string | null {
  if (/^\s*[{[]/.test(text) && isJson(text)) return indentJson(text);
  return isForm(text) ? formLines(text) : null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Matches a string, a punctuation mark, or a literal such as a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function indentJson(text: string): string {
  let depth = 0;
  let out = '';
  let before = '';
  const line = () => `\n${INDENT.repeat(depth)}`;
  for (const [token] of text.matchAll(TOKENS)) {
    const opened = before === '{' || before === '[';
    if (token === '}' || token === ']') {
      depth -= 1;
      out += opened ? token : line() + token;
    } else if (token === ',') out += token;
    else if (token === ':') out += ': ';
    else {
      if (opened || before === ',') out += line();
      out += token;
      if (token === '{' || token === '[') depth += 1;
    }
    before = token;
  }
  return out;
}

const isForm = (text: string): boolean => /^[^\s=&{]+=[^\s&]*(&[^\s=&]+=[^\s&]*)*$/.test(text);

const formLines = (text: string): string =>
  [...new URLSearchParams(text)].map(([name, value]) => `${name} = ${value}`).join('\n');
