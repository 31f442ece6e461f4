/** What asks the policy evaluator, fetched for a scenario that has policies, and for no other. */
import { fetched } from '../base/code.ts';

export const policyModule = fetched('network-policy', async () => {
  const [{ wouldDeny }, { egressWithoutDns }] = await Promise.all([
    import('./would-deny.ts'),
    import('../policy/egress-without-dns.ts'),
  ]);
  return { wouldDeny, egressWithoutDns };
});

export const policyCode = policyModule.need;
