import type { Language, LanguageCode } from '../snippet.ts';
import { curl } from './curl.ts';
import { go } from './go.ts';
import { node } from './node.ts';
import { php } from './php.ts';
import { python } from './python.ts';

export const codes: Record<Language, LanguageCode> = { node, php, python, go, curl };
