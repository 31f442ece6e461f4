const GAP = 4;
const MARGIN = 8;

/** Puts a fixed box under its anchor, or above where there is more room, inside the window. */
export function place(
  box: HTMLElement,
  anchor: HTMLElement,
  align: 'start' | 'end',
  limit = Number.POSITIVE_INFINITY,
): void {
  const a = anchor.getBoundingClientRect();
  const width = box.offsetWidth;
  const below = innerHeight - a.bottom - GAP - MARGIN;
  const above = a.top - GAP - MARGIN;
  const natural = Math.min(limit, box.scrollHeight + 2);
  const onTop = natural > below && above > below;
  const room = Math.min(limit, Math.max(120, onTop ? above : below));
  box.style.maxHeight = `${room}px`;
  const left = align === 'start' ? a.left : a.right - width;
  box.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  const height = Math.min(natural, room);
  box.style.top = `${onTop ? a.top - GAP - height : a.bottom + GAP}px`;
}
