import * as fc from 'fast-check';
import { InvalidOptionError, WebhooksSetupError } from '../../libs/webhooks/src/core/errors.js';
import { optionPaths } from '../../libs/webhooks/src/config/option.js';
import { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { WebhooksModuleStructure } from '../../libs/webhooks/src/config/structure-options.js';
import { resolveSettings } from '../../libs/webhooks/src/config/resolve-settings.js';
import { createSecretBox } from '../../libs/webhooks/src/secrets/create-secret-box.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { nastyText } from './hostile.js';

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
  nastyText,
  fc.constantFrom<unknown>(() => 1, Symbol('s'), NaN, Infinity, -1, '0', 'false'),
);
/** The names of a group's options, by the name of the group. */
const GROUPS: Record<string, string[]> = {};
for (const path of optionPaths(WebhooksModuleOptions)) {
  const [group, name] = path.split('.');
  if (name) (GROUPS[group!] ??= []).push(name);
}
const namesOf = (Options: new () => object): string[] =>
  optionPaths(Options).filter((path) => !path.includes('.'));
const VALUES = namesOf(WebhooksModuleOptions);
const STRUCTURE = namesOf(WebhooksModuleStructure);

const options = (names: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...names), anything, { maxKeys: 2 }) },
    { weight: 1, arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...names), nastyText), anything) },
    { weight: 1, arbitrary: anything },
  );

const grouped = fc
  .constantFrom(...Object.keys(GROUPS))
  .chain((group) => options(GROUPS[group]!).map((given) => ({ [group]: given })));

it('Any value of an option is accepted, or refused with an InvalidOptionError', () => {
  fc.assert(
    fc.property(fc.oneof(options(VALUES), grouped), (given) => {
      try {
        createSecretBox(resolveSettings(given as WebhooksModuleOptions));
      } catch (error) {
        if (error instanceof WebhooksSetupError) expect(error.message).toContain('no encryption key');
        else expect(error).toBeInstanceOf(InvalidOptionError);
      }
    }),
    { numRuns: 4_000 },
  );
});

it('Any value of a structure option is accepted, or refused with an InvalidOptionError', () => {
  fc.assert(
    fc.property(options(STRUCTURE), (given) => {
      try {
        WebhooksModule.forRoot(given as WebhooksModuleStructure);
        WebhooksModule.forRootAsync({ ...(given as object), useFactory: () => ({}) });
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidOptionError);
      }
    }),
    { numRuns: 2_000 },
  );
});
