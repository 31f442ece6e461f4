/** The evaluator, fetched for a scenario that has policies, and for no other. */
import { CodeMissing, type Loading } from '../base/code.ts';

interface PolicyCode {
  readonly evaluate: typeof import('./evaluate.ts')['evaluate'];
  readonly egressWithoutDns: typeof import('./egress-without-dns.ts')['egressWithoutDns'];
}

let code: PolicyCode | undefined;

export const policyModule: Loading & { readonly loaded: () => boolean } = {
  id: 'network-policy',
  load: async () => {
    const [{ evaluate }, { egressWithoutDns }] = await Promise.all([
      import('./evaluate.ts'),
      import('./egress-without-dns.ts'),
    ]);
    code ??= { evaluate, egressWithoutDns };
  },
  loaded: () => code !== undefined,
};

export function policyCode(): PolicyCode {
  if (code === undefined) throw new CodeMissing([policyModule]);
  return code;
}
