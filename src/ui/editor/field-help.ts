import { currentLanguage } from '../../i18n/messages.ts';
import type { FieldHelp } from '../../i18n/fields.en.ts';

const loaded = new Map<string, FieldHelp>();

/** Help for the fields of the manifests, in the language of the interface. It is long, so only the editor loads it. */
export async function fieldHelp(): Promise<FieldHelp> {
  const lang = currentLanguage();
  const known = loaded.get(lang);
  if (known !== undefined) return known;
  const help =
    lang === 'ko'
      ? (await import('../../i18n/fields.ko.ts')).fields
      : (await import('../../i18n/fields.en.ts')).fields;
  loaded.set(lang, help);
  return help;
}
