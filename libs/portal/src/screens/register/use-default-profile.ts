import { useQuery } from '../../data/index.ts';
import { queries } from '../../api/queries.ts';
import { useSession } from '../../session/session-context.ts';

/** The profile of new webhooks: the account may have changed it since the session began. */
export function useDefaultProfile(): string {
  const { profile } = useSession();
  return useQuery(queries.account()).data?.profile ?? profile;
}
