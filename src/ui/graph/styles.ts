/** How each kind of line, body and text looks, in the words of the design tokens; the only place that knows colours. */

/** Names of design tokens that the picture uses. */
export type Token =
  | 'surface-0'
  | 'surface-1'
  | 'surface-2'
  | 'surface-3'
  | 'room'
  | 'floor'
  | 'line'
  | 'line-strong'
  | 'wire'
  | 'ink'
  | 'ink-2'
  | 'ink-muted'
  | 'ink-on-fill'
  | 'accent'
  | 'accent-soft'
  | 'route-ink'
  | 'route-fill'
  | 'nat-ink'
  | 'nat-fill'
  | 'nat-soft'
  | 'encap-ink'
  | 'encap-fill'
  | 'encap-soft'
  | 'proxy-fill'
  | 'allow-ink'
  | 'allow-fill'
  | 'allow-soft'
  | 'deny-ink'
  | 'deny-fill'
  | 'deny-soft'
  | 'unknown-ink'
  | 'ns-1'
  | 'ns-2'
  | 'ns-3'
  | 'ns-4';

export interface Style {
  readonly fill?: Token | 'none';
  readonly stroke?: Token | 'none';
  readonly width?: number;
  readonly dash?: string;
  readonly cap?: 'round';
  readonly join?: 'round';
  readonly opacity?: number;
  readonly font?: 'ui' | 'mono';
  readonly size?: number;
  readonly weight?: number;
  /** A rim of this colour round the letters, where lines may cross them. */
  readonly halo?: Token;
}

const line = (stroke: Token, width: number, more: Style = {}): Style => ({
  fill: 'none',
  stroke,
  width,
  ...more,
});
const text = (fill: Token, size: number, weight = 400, font: 'ui' | 'mono' = 'ui'): Style => ({
  fill,
  size,
  weight,
  font,
});

export const STYLES = {
  // rooms
  room: { fill: 'room', stroke: 'line-strong', width: 1.25 },
  'room-quiet': { fill: 'room', stroke: 'line', width: 1 },
  'room-bare': { fill: 'none', stroke: 'none' },
  floor: { fill: 'floor', stroke: 'line', width: 1 },
  // pods by namespace
  'pod-0': { fill: 'ns-1', stroke: 'line-strong', width: 1 },
  'pod-1': { fill: 'ns-3', stroke: 'line-strong', width: 1 },
  'pod-2': { fill: 'ns-2', stroke: 'line-strong', width: 1 },
  'pod-3': { fill: 'ns-4', stroke: 'line-strong', width: 1 },
  'pod-end': line('ink', 1.5),
  container: line('ink-muted', 1),
  pause: line('ink-muted', 1, { dash: '1.75 1.75' }),
  port: { fill: 'room', stroke: 'ink-2', width: 1 },
  // lines
  wire: line('wire', 1.25),
  virtual: line('ink-2', 1, { dash: '2 4', cap: 'round' }),
  'virtual-on': line('nat-fill', 1.75, { dash: '2 4', cap: 'round' }),
  'virtual-kin': line('accent', 1.75, { dash: '2 4', cap: 'round' }),
  'link-end': { fill: 'room', stroke: 'ink-2', width: 1 },
  'link-end-on': { fill: 'room', stroke: 'nat-fill', width: 1.75 },
  fan: { fill: 'nat-fill', opacity: 0.055 },
  ray: line('nat-fill', 0.75, { dash: '1 3', cap: 'round', opacity: 0.4 }),
  'tube-edge': line('encap-fill', 23, { join: 'round', opacity: 0.5 }),
  tube: line('encap-soft', 21, { join: 'round' }),
  'tube-label-bg': { fill: 'encap-soft' },
  ahead: line('accent', 2.5, { dash: '.1 7', cap: 'round', opacity: 0.85 }),
  trail: line('accent', 2.5, { join: 'round' }),
  detour: line('nat-fill', 2.5, { join: 'round' }),
  skip: line('floor', 5),
  plane: line('line-strong', 1, { dash: '3 3' }),
  ring: { fill: 'room', stroke: 'ink-muted', width: 1 },
  program: { fill: 'room', stroke: 'nat-fill', width: 1.5 },
  tick: line('wire', 1.25),
  lead: line('line-strong', 1),
  // devices
  device: { fill: 'surface-3', stroke: 'ink-2', width: 1.25 },
  tunnel: { fill: 'encap-soft', stroke: 'encap-fill', width: 1.25 },
  'route-plate': { fill: 'surface-3', stroke: 'line-strong', width: 1 },
  'route-plate-on': { fill: 'surface-3', stroke: 'route-fill', width: 1.25 },
  'route-mark': { fill: 'route-fill', stroke: 'room', width: 1.5 },
  'route-mark-idle': { fill: 'line-strong', stroke: 'room', width: 1.5 },
  host: { fill: 'surface-1', stroke: 'line-strong', width: 1.25 },
  'now-box': line('accent', 2),
  // services and plates
  pill: { fill: 'surface-0', stroke: 'ink-2', width: 1.25, dash: '4 3' },
  plate: { fill: 'surface-3', stroke: 'nat-fill', width: 1.25 },
  'plate-ready': { fill: 'surface-3', stroke: 'line-strong', width: 1 },
  'plate-idle': { fill: 'room', stroke: 'line-strong', width: 1, dash: '4 3' },
  rule: line('line', 1),
  'kin-bg': { fill: 'accent-soft' },
  fork: line('wire', 1),
  'fork-on': line('nat-fill', 2.5),
  vip: line('nat-ink', 1.2, { dash: '2.2 1.6' }),
  'vip-idle': line('ink-muted', 1.2, { dash: '2.2 1.6' }),
  'vip-dot': { fill: 'nat-ink' },
  'vip-dot-idle': { fill: 'ink-muted' },
  // gates
  'gate-open': line('allow-fill', 2, { cap: 'round' }),
  'gate-shut': line('deny-fill', 2, { cap: 'round' }),
  'gate-bar': line('deny-fill', 3.5, { cap: 'round' }),
  'card-deny': { fill: 'deny-soft', stroke: 'deny-fill', width: 1 },
  refused: { fill: 'surface-0', stroke: 'deny-fill', width: 1.25, dash: '4 3' },
  'cross-deny': line('deny-ink', 2, { cap: 'round' }),
  'lead-deny': line('deny-fill', 1),
  'card-unknown': { fill: 'surface-3', stroke: 'unknown-ink', width: 1, dash: '4 3' },
  'lead-unknown': line('unknown-ink', 1),
  'fall-line': line('deny-fill', 1.5, { dash: '2 4', cap: 'round' }),
  // the packet
  'dot-halo': { fill: 'accent', opacity: 0.16 },
  'dot-halo-deny': { fill: 'deny-fill', opacity: 0.16 },
  dot: { fill: 'accent', stroke: 'room', width: 2 },
  copy: { fill: 'accent', stroke: 'room', width: 1 },
  envelope: { fill: 'surface-3', stroke: 'ink', width: 1.25, join: 'round' },
  flap: { fill: 'surface-2', stroke: 'ink', width: 1.25, join: 'round' },
  'envelope-dead': { fill: 'surface-3', stroke: 'deny-fill', width: 1.25, join: 'round', dash: '4 3' },
  'flap-dead': { fill: 'surface-2', stroke: 'deny-fill', width: 1.25, join: 'round', dash: '4 3' },
  'envelope-error': { fill: 'surface-3', stroke: 'deny-fill', width: 1.25, join: 'round' },
  'flap-error': { fill: 'surface-2', stroke: 'deny-fill', width: 1.25, join: 'round' },
  'envelope-done': { fill: 'surface-3', stroke: 'allow-fill', width: 1.25, join: 'round' },
  'flap-done': { fill: 'surface-2', stroke: 'allow-fill', width: 1.25, join: 'round' },
  'envelope-outer': { fill: 'encap-soft', stroke: 'encap-fill', width: 1.25, join: 'round' },
  'envelope-outline': { fill: 'none', stroke: 'encap-fill', width: 1.25, dash: '3 3', join: 'round' },
  'envelope-ghost': { fill: 'none', stroke: 'line-strong', width: 1.25, dash: '3 3', join: 'round' },
  fold: line('ink', 1.25, { join: 'round' }),
  'fold-outer': line('encap-fill', 1.25, { join: 'round' }),
  'fold-bad': line('deny-fill', 1.25, { join: 'round' }),
  crease: line('line-strong', 1),
  arrow: line('ink-muted', 1, { cap: 'round', join: 'round' }),
  strike: line('nat-fill', 1.5),
  'frame-nat': line('nat-fill', 1.5),
  'new-bg': { fill: 'nat-soft' },
  'stripe-l2': { fill: 'line-strong' },
  'stripe-l3': { fill: 'route-fill' },
  'stripe-l4': { fill: 'ink-2' },
  'stripe-vx': { fill: 'encap-fill' },
  'stripe-l7': { fill: 'proxy-fill' },
  stamp: { fill: 'allow-fill' },
  'stamp-tick': line('ink-on-fill', 2, { cap: 'round', join: 'round' }),
  turn: line('deny-fill', 2.5, { cap: 'round', join: 'round' }),
  // text
  name: text('ink', 13, 600),
  'room-name': { ...text('ink', 13, 600), halo: 'room' },
  'note-deny': { ...text('deny-ink', 11), halo: 'surface-0' },
  'room-note': { ...text('ink-muted', 11, 400, 'mono'), halo: 'room' },
  'name-muted': text('ink-muted', 13, 600),
  bold: text('ink', 12, 600),
  small: text('ink', 11),
  'small-muted': text('ink-muted', 11),
  'small-deny': text('deny-ink', 11),
  'small-chosen': text('nat-ink', 11, 500),
  'mark-unknown': text('unknown-ink', 15, 600),
  'bold-unknown': text('unknown-ink', 12, 600),
  'bold-deny': text('deny-ink', 12, 600),
  mono: text('ink', 11, 400, 'mono'),
  'mono-muted': text('ink-muted', 11, 400, 'mono'),
  'mono-bold': text('ink', 11, 600, 'mono'),
  'mono-bold-muted': text('ink-muted', 11, 600, 'mono'),
  'mono-new': text('nat-ink', 11, 600, 'mono'),
  'mono-old': text('ink-muted', 11, 400, 'mono'),
  'mono-encap': text('encap-ink', 11, 500, 'mono'),
  'mono-route': text('route-ink', 11, 500, 'mono'),
  'small-on': text('nat-ink', 11, 600),
} as const satisfies Readonly<Record<string, Style>>;

export type StyleName = keyof typeof STYLES;

/** One rule for each style; values come from the theme's custom properties. */
export function styleSheet(prefix: string): string {
  return (Object.entries(STYLES) as [string, Style][])
    .map(([name, s]) => `.${prefix}${name}{${declarations(s, (t) => `var(--${t})`)}}`)
    .join('');
}

export function declarations(s: Style, colour: (token: Token) => string): string {
  const paint = (value: Token | 'none'): string => (value === 'none' ? 'none' : colour(value));
  const out: string[] = [];
  if (s.fill !== undefined) out.push(`fill:${paint(s.fill)}`);
  if (s.stroke !== undefined) out.push(`stroke:${paint(s.stroke)}`);
  if (s.width !== undefined) out.push(`stroke-width:${s.width}`);
  if (s.dash !== undefined) out.push(`stroke-dasharray:${s.dash}`);
  if (s.cap !== undefined) out.push(`stroke-linecap:${s.cap}`);
  if (s.join !== undefined) out.push(`stroke-linejoin:${s.join}`);
  if (s.opacity !== undefined) out.push(`opacity:${s.opacity}`);
  if (s.font !== undefined) out.push(`font-family:var(--font-${s.font})`);
  if (s.size !== undefined) out.push(`font-size:${s.size}px`);
  if (s.weight !== undefined) out.push(`font-weight:${s.weight}`);
  if (s.halo !== undefined) {
    out.push(`stroke:${colour(s.halo)}`, 'stroke-width:4px', 'stroke-linejoin:round', 'paint-order:stroke');
  }
  return out.join(';');
}
