/** What bench.mjs runs in Node. */
export { benchLinks, coreBench } from './core.ts';
export { gatewayBench } from './gateway.ts';
export { ingressBench } from './ingress.ts';
export { modeCosts, modeRows } from './modes.ts';
export { modePlot, modeSvg } from './plot.ts';
export { reachBench, reachLinks } from './reach.ts';
