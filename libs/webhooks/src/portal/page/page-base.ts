/** The fields of a request that the page reads. */
export interface PageRequest {
  method: string;
  url: string;
  /** The whole URL, on Express and Fastify. Routers shorten `url`. */
  originalUrl?: string;
  headers: Record<string, string | string[] | undefined>;
}

export const pathOf = ({ originalUrl, url }: PageRequest): string =>
  (originalUrl ?? url).split(/[?#]/, 1)[0]!;

/**
 * Returns the `href` of the page's `<base>`. Without `publicUrl`, it is relative to the page's own URL, so it also works
 * behind a proxy that adds a path in front.
 *
 * @param publicUrl URL of the page in browsers, if the app sees another URL
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
