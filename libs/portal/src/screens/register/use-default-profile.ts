import { useQuery } from '../../data/index.ts';
import { queries } from '../../api/queries.ts';
import { useSession } from '../../session/session-context.ts';

/** Returns the profile of new webhooks: the account's choice, or the host's default until the account is loaded. */
export function useDefaultProfile(): string {
  const { profile } = useSession();
  return useQuery(queries.account()).data?.profile ?? profile;
}
