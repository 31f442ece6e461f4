/**
 * One tooltip for the page: whatever has `data-tip` shows it after a moment of hovering, or at once on keyboard focus.
 * The tip repeats the accessible name and adds the keys, so it is hidden from assistive technology.
 */
const DELAY_MS = 400;

export function startTooltips(): void {
  const tip = document.createElement('div');
  tip.className = 'tooltip';
  tip.popover = 'manual';
  tip.setAttribute('aria-hidden', 'true');
  document.body.append(tip);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shownFor: HTMLElement | undefined;

  const hide = (): void => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    shownFor = undefined;
    if (tip.matches(':popover-open')) tip.hidePopover();
  };
  const show = (target: HTMLElement): void => {
    if (!target.isConnected || target.getAttribute('aria-expanded') === 'true') return;
    const { tip: words, tipKeys } = target.dataset;
    if (words === undefined || words === '') return;
    tip.textContent = words;
    if (tipKeys !== undefined) {
      const keys = document.createElement('kbd');
      keys.textContent = tipKeys;
      tip.append(' ', keys);
    }
    if (!tip.matches(':popover-open')) tip.showPopover();
    const a = target.getBoundingClientRect();
    const left = Math.max(
      8,
      Math.min(a.left + a.width / 2 - tip.offsetWidth / 2, innerWidth - tip.offsetWidth - 8),
    );
    const below = a.bottom + 6;
    tip.style.left = `${left}px`;
    tip.style.top = `${below + tip.offsetHeight > innerHeight - 4 ? a.top - 6 - tip.offsetHeight : below}px`;
    shownFor = target;
  };
  const targetOf = (event: Event): HTMLElement | undefined =>
    event.target instanceof Element
      ? (event.target.closest<HTMLElement>('[data-tip]') ?? undefined)
      : undefined;

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return;
    const target = targetOf(event);
    if (target === shownFor) return;
    hide();
    if (target !== undefined) timer = setTimeout(() => show(target), DELAY_MS);
  });
  document.addEventListener('focusin', (event) => {
    const target = targetOf(event);
    if (target?.matches(':focus-visible') === true) show(target);
    else hide();
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('pointerdown', hide, true);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === 'Enter' || event.key === ' ') hide();
  });
  document.addEventListener('scroll', hide, true);
}
