/** Puts the focus into the probe bar's target, ready to be typed over. */
export function focusProbeBar(): void {
  const input = document.querySelector<HTMLInputElement>('[data-probe-target]');
  input?.focus();
  input?.select();
}
