/** What asks the policy evaluator, fetched for a scenario that has policies, and for no other. */
import { CodeMissing, type Loading } from '../base/code.ts';

interface PolicyCode {
  readonly wouldDeny: typeof import('./would-deny.ts')['wouldDeny'];
  readonly egressWithoutDns: typeof import('../policy/egress-without-dns.ts')['egressWithoutDns'];
}

let code: PolicyCode | undefined;

export const policyModule: Loading & { readonly loaded: () => boolean } = {
  id: 'network-policy',
  load: async () => {
    const [{ wouldDeny }, { egressWithoutDns }] = await Promise.all([
      import('./would-deny.ts'),
      import('../policy/egress-without-dns.ts'),
    ]);
    code ??= { wouldDeny, egressWithoutDns };
  },
  loaded: () => code !== undefined,
};

export function policyCode(): PolicyCode {
  if (code === undefined) throw new CodeMissing([policyModule]);
  return code;
}
