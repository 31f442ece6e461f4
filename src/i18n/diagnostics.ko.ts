import type { DiagnosticText } from './diagnostics.en.ts';

export const diagnostics: DiagnosticText = {};
