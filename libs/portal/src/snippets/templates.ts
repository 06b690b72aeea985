import curl from './code/curl.txt?url';
import go from './code/go.txt?url';
import node from './code/node.txt?url';
import php from './code/php.txt?url';
import python from './code/python.txt?url';
import { queryOptions } from '../data/index.ts';
import { ApiError } from '../api/api-error.ts';
import type { Language } from './snippet.ts';

const URLS: Record<Language, string> = { node, php, python, go, curl };

/** Loads the templates of a language, from a separate file of the page. */
export const templatesOf = (language: Language) =>
  queryOptions({
    queryKey: ['snippets', language],
    queryFn: async ({ signal }) => {
      const response = await fetch(URLS[language], { signal });
      if (!response.ok) throw new ApiError('unreadable', response.statusText, response.status);
      return response.text();
    },
    staleTime: Infinity,
  });
