/** The name of a kind in URLs, in messages and in quotas: `pods`, `networkpolicies`. */
export function resourceOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (name.endsWith('policy')) return `${name.slice(0, -1)}ies`;
  return name.endsWith('ss') ? `${name}es` : `${name}s`;
}

/** `.apps`, or nothing for the core group. */
export function groupSuffix(apiVersion = ''): string {
  return apiVersion.includes('/') ? `.${apiVersion.split('/')[0] ?? ''}` : '';
}
