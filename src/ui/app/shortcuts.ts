import { useDocument } from '../../state/document.ts';
import { usePreferences } from '../../state/preferences.ts';
import { goToEnd, goToStart, stepBack, stepForward, togglePlay } from '../../state/session.ts';
import { focusProbeBar } from '../probe/focus.ts';
import { useShell } from './shell-store.ts';

const MOVES_ITSELF =
  '[role="tablist"],[role="radiogroup"],[role="listbox"],[role="menu"],[role="grid"],[role="slider"],[role="separator"],[role="tree"],[role="toolbar"],select,summary';

/** Whether keys belong to what has the focus: a field, the editor, an open dialog. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target.closest('.monaco-editor, dialog[open], [popover]:popover-open') !== null
  ) {
    return true;
  }
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Whether the focus came where it is by keyboard. `:focus-visible` alone says so of any button once a key is down. */
let focusedByKeyboard = false;

/** A button that the keyboard reached keeps Space and Enter; one that was merely clicked does not. */
function keepsSpace(target: EventTarget | null): boolean {
  return (
    focusedByKeyboard &&
    target instanceof HTMLElement &&
    target.matches(
      'button,a,[role="button"],[role="tab"],[role="radio"],[role="option"],[role="gridcell"],summary,input',
    )
  );
}

/** Follows the page's own shortcuts until the returned function is called. */
export function listenToShortcuts(embed: boolean): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    if (handle(event, embed)) event.preventDefault();
  };
  // Before the editor, where Ctrl+K would begin a chord.
  const onPalette = (event: KeyboardEvent): void => {
    if (embed || event.isComposing || event.altKey || event.shiftKey) return;
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
    event.preventDefault();
    event.stopPropagation();
    useShell.getState().set({ palette: true });
  };
  const onFocus = (event: FocusEvent): void => {
    focusedByKeyboard = event.target instanceof Element && event.target.matches(':focus-visible');
  };
  document.addEventListener('keydown', onPalette, true);
  document.addEventListener('keydown', onKeyDown);
  document.addEventListener('focusin', onFocus);
  return () => {
    document.removeEventListener('keydown', onPalette, true);
    document.removeEventListener('keydown', onKeyDown);
    document.removeEventListener('focusin', onFocus);
  };
}

function handle(event: KeyboardEvent, embed: boolean): boolean {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (command && !event.altKey && !embed) {
    if (isTyping(event.target)) return false;
    if (key === 'z') {
      if (event.shiftKey) useDocument.getState().redo();
      else useDocument.getState().undo();
      return true;
    }
    if (key === 'y') {
      useDocument.getState().redo();
      return true;
    }
    return false;
  }
  if (command || event.altKey || isTyping(event.target)) return false;
  if (!usePreferences.getState().singleKeyShortcuts) return false;
  return single(key, event, embed);
}

function single(key: string, event: KeyboardEvent, embed: boolean): boolean {
  const inWidget = event.target instanceof Element && event.target.closest(MOVES_ITSELF) !== null;
  switch (key) {
    case ' ':
      if (keepsSpace(event.target)) return false;
      togglePlay();
      return true;
    case 'ArrowRight':
    case 'ArrowDown':
      if (inWidget) return false;
      stepForward();
      return true;
    case 'ArrowLeft':
    case 'ArrowUp':
      if (inWidget) return false;
      stepBack();
      return true;
    case 'Home':
      if (inWidget) return false;
      goToStart();
      return true;
    case 'End':
      if (inWidget) return false;
      goToEnd();
      return true;
    case '/':
      if (embed) return false;
      focusProbeBar();
      return true;
    case '?':
      if (embed) return false;
      useShell.getState().set({ help: true });
      return true;
    default:
      return false;
  }
}
