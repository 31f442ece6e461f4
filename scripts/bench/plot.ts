/** How the cost of kube-proxy's modes grows with Services: as text for the terminal, as SVG for docs/performance.md. */
import { MODES, type ModeCost } from './modes.ts';

type Mode = ModeCost['mode'];
type Value = 'firstPacketRules' | 'laterPacketRules' | 'buildMs' | 'probeMs';

const TEXT_WIDTH = 48;

/** A table, and a bar of the rules on a logarithmic scale for each mode and size. */
export function modePlot(costs: readonly ModeCost[]): string {
  const most = Math.max(...costs.map((c) => c.firstPacketRules));
  const lines = costs.map((c) => {
    const length = Math.round((Math.log10(c.firstPacketRules + 1) / Math.log10(most + 1)) * TEXT_WIDTH);
    const cells = [
      c.mode.padEnd(9),
      c.services.toLocaleString('en').padStart(8),
      Math.round(c.firstPacketRules).toLocaleString('en').padStart(12),
      Math.round(c.laterPacketRules).toLocaleString('en').padStart(12),
      `${c.buildMs.toFixed(0)} ms`.padStart(9),
      `${c.probeMs.toFixed(2)} ms`.padStart(9),
    ];
    return `${cells.join(' ')}  ${'#'.repeat(length)}`;
  });
  const head = `${'mode'.padEnd(9)} ${'Services'.padStart(8)} ${'first packet'.padStart(12)} ${'later packet'.padStart(12)} ${'build'.padStart(9)} ${'probe'.padStart(9)}  rules for the first packet, logarithmic`;
  return [head, ...lines].join('\n');
}

/** The hues of the interface's light theme, and a dash and a mark for whoever does not see them. */
const STYLE: Readonly<Record<Mode, { readonly colour: string; readonly dash: string }>> = {
  iptables: { colour: '#ab1f2d', dash: '' },
  ipvs: { colour: '#6238b8', dash: '7 4' },
  nftables: { colour: '#00665a', dash: '2 4' },
};

const PLOT = { left: 72, top: 56, width: 420, height: 240, right: 108, bottom: 56 } as const;

export function modeSvg(costs: readonly ModeCost[]): string {
  const width = PLOT.left + PLOT.width + PLOT.right;
  const height = PLOT.top + PLOT.height + PLOT.bottom;
  const sizes = [...new Set(costs.map((c) => c.services))].sort((a, b) => a - b);
  const decades = Math.ceil(Math.log10(Math.max(...costs.map((c) => c.firstPacketRules))));
  const low = Math.log10(sizes[0] ?? 1);
  const high = Math.log10(sizes.at(-1) ?? 10);
  const x = (services: number): number =>
    PLOT.left + ((Math.log10(services) - low) / (high - low)) * PLOT.width;
  const y = (rules: number): number =>
    PLOT.top + PLOT.height * (1 - Math.log10(Math.max(1, rules)) / decades);
  const label = (n: number): string => n.toLocaleString('en');
  const out: string[] = [];
  for (let d = 0; d <= decades; d++) {
    const at = y(10 ** d).toFixed(1);
    out.push(`<path class="grid" d="M${PLOT.left} ${at}h${PLOT.width}"/>`);
    out.push(
      `<text class="tick" x="${PLOT.left - 8}" y="${at}" dy="4" text-anchor="end">${label(10 ** d)}</text>`,
    );
  }
  for (const size of sizes) {
    const at = x(size).toFixed(1);
    out.push(`<path class="tickline" d="M${at} ${PLOT.top + PLOT.height}v5"/>`);
    out.push(
      `<text class="tick" x="${at}" y="${PLOT.top + PLOT.height + 20}" text-anchor="middle">${label(size)}</text>`,
    );
  }
  const ends = MODES.map((mode) => ({ mode, at: y(lastOf(costs, mode).firstPacketRules) })).sort(
    (a, b) => a.at - b.at,
  );
  for (const [i, end] of ends.entries()) {
    const above = ends[i - 1];
    // Two words that would lie on each other.
    if (above !== undefined && end.at - above.at < 30) end.at = above.at + 30;
  }
  for (const { mode, at } of ends) {
    const { colour, dash } = STYLE[mode];
    const points = costs.filter((c) => c.mode === mode);
    const path = points.map(
      (c, i) => `${i === 0 ? 'M' : 'L'}${x(c.services).toFixed(1)} ${y(c.firstPacketRules).toFixed(1)}`,
    );
    out.push(`<path class="line" stroke="${colour}" stroke-dasharray="${dash}" d="${path.join('')}"/>`);
    for (const c of points) {
      out.push(
        `<circle cx="${x(c.services).toFixed(1)}" cy="${y(c.firstPacketRules).toFixed(1)}" r="3.5" fill="${colour}"><title>${mode}, ${label(c.services)} Services: ${label(Math.round(c.firstPacketRules))} rules</title></circle>`,
      );
    }
    const words = PLOT.left + PLOT.width + 10;
    out.push(`<text class="name" x="${words}" y="${at.toFixed(1)}" style="fill:${colour}">${mode}</text>`);
    out.push(
      `<text class="tick" x="${words}" y="${at.toFixed(1)}" dy="14">${label(Math.round(lastOf(costs, mode).firstPacketRules))} rules</text>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">Rules a packet is held against, by kube-proxy mode and number of Services</title>
<desc id="d">${MODES.map((mode) => `${mode}: ${sentence(costs, mode, 'firstPacketRules')}`).join('. ')}.</desc>
<style>
text { font: 12px "IBM Plex Sans", system-ui, sans-serif; fill: #15191c }
.tick { font-size: 11px; fill: #5d676d; font-variant-numeric: tabular-nums }
.title { font-size: 13px; font-weight: 600 }
.name { font-weight: 600 }
.grid { stroke: #dfe3df; fill: none }
.tickline, .axis { stroke: #7c8680; fill: none }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
</style>
<rect width="${width}" height="${height}" fill="#fbfcfa"/>
<text class="title" x="16" y="26">Rules a kernel evaluates for the first packet to a ClusterIP</text>
<path class="axis" d="M${PLOT.left} ${PLOT.top + PLOT.height}h${PLOT.width}"/>
${out.join('\n')}
<text class="tick" x="${PLOT.left + PLOT.width / 2}" y="${height - 14}" text-anchor="middle">Services in the cluster, logarithmic</text>
<text class="tick" transform="translate(18 ${PLOT.top + PLOT.height / 2}) rotate(-90)" text-anchor="middle">rules evaluated, logarithmic</text>
</svg>
`;
}

function lastOf(costs: readonly ModeCost[], mode: Mode): ModeCost {
  const last = costs.filter((c) => c.mode === mode).at(-1);
  if (last === undefined) throw new Error(`no cost of ${mode}`);
  return last;
}

function sentence(costs: readonly ModeCost[], mode: Mode, value: Value): string {
  return costs
    .filter((c) => c.mode === mode)
    .map((c) => `${Math.round(c[value]).toLocaleString('en')} at ${c.services.toLocaleString('en')}`)
    .join(', ');
}
