import type { Diagnostic } from '../sim/base/diagnostic.ts';
import type { Reason } from '../sim/trace/reasons.ts';
import type { Catalog } from '../i18n/catalog.ts';
import { cli as cliEn } from '../i18n/cli.en.ts';
import { cli as cliKo } from '../i18n/cli.ko.ts';
import { runtime as runtimeEn } from '../i18n/runtime.en.ts';
import { runtime as runtimeKo } from '../i18n/runtime.ko.ts';
import { en, type Messages } from '../i18n/en.ts';
import { ko } from '../i18n/ko.ts';
import { diagnosticMessage, reasonText } from '../i18n/sentences.ts';

/** The sentences of one language, as the command line needs them. */
export interface CliTexts {
  readonly messages: Messages & {
    readonly cli: Catalog<typeof cliEn>;
    readonly runtime: Catalog<typeof runtimeEn>;
  };
  readonly diagnostic: (d: Diagnostic) => string;
  readonly reason: (r: Reason) => string;
}

export function cliTexts(lang: 'en' | 'ko'): CliTexts {
  const messages =
    lang === 'ko' ? { ...ko, cli: cliKo, runtime: runtimeKo } : { ...en, cli: cliEn, runtime: runtimeEn };
  return {
    messages,
    diagnostic: (d) => diagnosticMessage(messages, d),
    reason: (r) => reasonText(messages, r).title,
  };
}
