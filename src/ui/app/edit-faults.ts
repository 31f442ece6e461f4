import { useDocument } from '../../state/document.ts';
import type { EditFaults } from '../faults/Faults.tsx';

/** Writes a fault into the Playground document, or takes one out: one undo step. The editing code comes when it is used. */
export const editFaults: EditFaults = async (change) => {
  const { editSettings } = await import('../settings/edit-settings.ts');
  const doc = useDocument.getState();
  const edited = editSettings(doc.files, { faults: change });
  if (!edited.ok) return edited.file;
  if (edited.files !== doc.files) doc.replaceFiles(edited.files);
  return undefined;
};
