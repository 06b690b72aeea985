import type { Settings } from '../config/settings.js';
import type { CustomEventType } from '../events/catalogue/custom-event-type.js';
import { type OpenApiDocument, type OpenApiOptions, webhooksOpenApi } from '../openapi/index.js';

/** Takes the options of {@link webhooksOpenApi}, except those that the router already has. */
export type DescribeOpenApi = (
  options?: Omit<OpenApiOptions, 'path' | 'compat' | 'profiles' | 'eventTypes'>,
) => OpenApiDocument;

/** In the options of the returned function, `prefix` is the path at which the router is mounted, such as `api`. */
export function describeOpenApi(
  mounted: Pick<OpenApiOptions, 'path' | 'compat'>,
  { profiles, eventTypes }: Settings,
): DescribeOpenApi {
  return (options) =>
    webhooksOpenApi({
      ...options,
      ...mounted,
      profiles: [...profiles.values()],
      eventTypes: eventTypes as CustomEventType[],
    });
}
