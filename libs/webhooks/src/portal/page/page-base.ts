/** The part of a request for the page that is read. */
export interface PageRequest {
  method: string;
  url: string;
  /** On Express and Fastify, before routers have shortened it. */
  originalUrl?: string;
  headers: Record<string, string | string[] | undefined>;
}

export const pathOf = ({ originalUrl, url }: PageRequest): string =>
  (originalUrl ?? url).split(/[?#]/, 1)[0]!;

/**
 * The `href` of the page's `<base>`. It is relative to the page's own URL, so a path that a proxy adds in front need not be
 * known.
 *
 * @param publicUrl where the page is, if the app does not see that
 */
export function baseOf(request: PageRequest, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return `${publicUrl.replace(/\/+$/, '')}/`;
  const path = pathOf(request);
  return path.endsWith('/') ? './' : `./${path.slice(path.lastIndexOf('/') + 1)}/`;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '"': '&quot;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&"<>']/g, (character) => ESCAPES[character]!);
