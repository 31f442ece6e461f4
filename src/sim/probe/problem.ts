import type { Diagnostic } from '../base/diagnostic.ts';

/** Why a probe could not be sent at all: a user's mistake in the question. */
export interface ProbeProblem {
  readonly problem: Diagnostic;
}

/** Parameters of each mistake that a probe's own text can hold. */
export interface ProbeDiagnostics {
  'probe/unknown-pod': { name: string };
  'probe/unknown-node': { name: string };
  'probe/unknown-external': { name: string };
  'probe/pod-not-running': { name: string; phase: string };
  'probe/no-address': { name: string };
  'probe/bad-target': { target: string };
  'probe/bad-scheme': { target: string };
  'probe/port-needed': { tool: string; target: string };
  'probe/bad-option': { option: string; value: string };
  'probe/wrong-tool': { option: string; tool: string };
  'probe/unknown-endpoint': { name: string };
  'probe/no-such-endpoint': { name: string; service: string };
  /** An entry of `expect` that lacks what it has to say. */
  'probe/incomplete': { field: string };
  'probe/netns-unknown': { name: string };
}

export function diagnosticOf<C extends keyof ProbeDiagnostics>(
  code: C,
  params: ProbeDiagnostics[C],
): ProbeProblem {
  return { problem: { code, severity: 'error', params: params as Diagnostic['params'] } };
}

/** Carries a `ProbeProblem` out of a question that cannot be answered. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.code);
    this.diagnostic = diagnostic;
  }
}
