/**
 * What Kubernetes once had: old documents still name it, and the answer is what took its place (the words are in i18n). Facts:
 * the deprecated API migration guide (PodSecurityPolicy), kubernetes PRs 72737 and 98669 (exec plug-ins), the release notes of 1.30.
 */

/** The release that no longer serves a kind. */
export const REMOVED_KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({ PodSecurityPolicy: '1.25' }),
);

/** The release that no longer has an admission plug-in. */
export const REMOVED_PLUGINS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DenyEscalatingExec: '1.21',
    DenyExecOnPrivileged: '1.21',
    PodSecurityPolicy: '1.25',
    SecurityContextDeny: '1.30',
  }),
);
