/** What controllers say besides their results: diagnostics with places, refusals, events. */
import type { Diagnostic, MessageParams, QuickFix, Severity } from '../../base/diagnostic.ts';
import type { FieldPath, ObjectRef } from '../../base/origin.ts';
import type { ClusterEvent, UnmodelledField } from '../cluster-state.ts';
import type { ParsedScenario } from '../manifest.ts';
import type { AdmissionCode, ClusterDiagnosticCode } from './diagnostics.ts';

export interface Report {
  readonly diagnostics: Diagnostic[];
  readonly refused: { object: ObjectRef; message: string }[];
  readonly events: ClusterEvent[];
  /** What was left open on the way, besides the parser's. */
  readonly unmodelled: UnmodelledField[];
  readonly say: (
    severity: Severity,
    code: ClusterDiagnosticCode | AdmissionCode,
    params: MessageParams,
    object: ObjectRef,
    path?: FieldPath,
    fixes?: readonly QuickFix[],
  ) => void;
  /** An object that the API server turns down: an error at its place, and an entry in `refused`. */
  readonly refuse: (
    code: ClusterDiagnosticCode | AdmissionCode,
    params: MessageParams,
    object: ObjectRef,
    message: string,
    path?: FieldPath,
    fixes?: readonly QuickFix[],
  ) => void;
  readonly rangeOf: ParsedScenario['rangeOf'];
  /** The Playground document, where probes and assertions stand. */
  readonly playground: ObjectRef | undefined;
  readonly event: (type: 'Normal' | 'Warning', reason: string, object: ObjectRef, message: string) => void;
}

export function createReport(parsed: ParsedScenario): Report {
  const diagnostics: Diagnostic[] = [];
  const refused: { object: ObjectRef; message: string }[] = [];
  const events: ClusterEvent[] = [];
  const say: Report['say'] = (severity, code, params, object, path, fixes) => {
    const range = parsed.locate(path === undefined ? { object } : { object, path });
    diagnostics.push({
      code,
      severity,
      params,
      object,
      ...(range === undefined ? {} : { range }),
      ...(path === undefined ? {} : { path }),
      ...(fixes === undefined || fixes.length === 0 ? {} : { fixes }),
    });
  };
  return {
    diagnostics,
    refused,
    events,
    unmodelled: [],
    say,
    rangeOf: parsed.rangeOf,
    playground: parsed.manifests.find((m) => m.kind === 'Playground')?.ref,
    refuse: (code, params, object, message, path, fixes) => {
      say('error', code, params, object, path, fixes);
      refused.push({ object, message });
    },
    event: (type, reason, object, message) => {
      events.push({ type, reason, object, message });
    },
  };
}
