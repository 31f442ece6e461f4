/**
 * Who may import whom, folder by folder: the table of docs/ARCHITECTURE.md as oxlint overrides. `npm run lint` writes
 * them into a temporary configuration, so that the rules stand in one readable place.
 * A rule's `never` are regular expressions over the import path as written; `types: true` lets type-only imports pass.
 */

/** Any file of one of the simulator's rooms, from wherever it is imported. */
const room = (name) => `(^|/)${name}/`;
const reactLike = ['^react($|/)', '^react-dom', '^@xyflow/', '^zustand', '^monaco-editor', '^lucide-react'];
const outside = [room('ui'), room('state'), room('worker'), room('cli'), room('share'), room('i18n'), room('content'), ...reactLike];
const plugInRooms = ['cni', 'proxy', 'l7', 'dns', 'admission'];
const features = ['editor', 'faults', 'fidelity', 'graph', 'timeline', 'inspector', 'probe', 'share', 'settings'];
const rooms = ['base', 'packet', 'trace', 'net', 'lab', 'k8s', 'policy', 'service', ...plugInRooms, 'cluster', 'probe', 'scene', 'traffic'];
const upper = ['cluster', 'probe', 'scene', 'traffic'].map(room);

export const rules = [
  { files: ['src/sim/**'], never: outside, why: 'the simulator knows no screen, no terminal and no language' },
  {
    files: ['src/sim/base/**'],
    never: ['^\\.\\./'],
    why: 'base imports nothing of ours',
  },
  {
    files: ['src/sim/packet/**'],
    never: [`^\\.\\./(${rooms.filter((r) => r !== 'base' && r !== 'packet').join('|')})/`, '^\\.\\./[a-z-]+\\.ts$'],
    why: 'packet imports base only',
  },
  {
    files: ['src/sim/trace/**'],
    never: [...['net', 'k8s', 'policy', 'service', ...plugInRooms].map(room), ...upper, '/plugin\\.ts$', '/simulate\\.ts$'],
    why: 'trace imports base and packet',
  },
  {
    files: ['src/sim/net/**'],
    never: [...['k8s', 'policy', 'service', ...plugInRooms].map(room), ...upper, '/plugin\\.ts$', '/simulate\\.ts$'],
    why: 'the box does not know that Kubernetes exists',
  },
  {
    files: ['src/sim/lab/**'],
    never: [...['k8s', 'policy', 'service', ...plugInRooms].map(room), ...upper, '/plugin\\.ts$', '/simulate\\.ts$'],
    why: 'a lab is written from the world alone',
  },
  {
    files: ['src/sim/k8s/**'],
    never: [...['net', 'packet', 'trace', 'policy', 'service', ...plugInRooms].map(room), ...upper, '/plugin\\.ts$', '/simulate\\.ts$'],
    why: 'objects do not know that packets exist',
  },
  {
    files: ['src/sim/policy/**', 'src/sim/service/**'],
    never: [...['net', ...plugInRooms].map(room), ...upper, '/simulate\\.ts$'],
    why: 'meaning is free of implementation',
  },
  {
    files: plugInRooms.map((r) => `src/sim/${r}/**`),
    never: [...upper, '/simulate\\.ts$'],
    why: 'a plug-in does not know who assembles it',
  },
  {
    files: plugInRooms.map((r) => `src/sim/${r}/**`),
    never: [room('net')],
    types: true,
    why: "a plug-in returns the box's config types and runs none of its code",
  },
  {
    files: ['src/sim/plugin.ts', 'src/sim/scenario.ts'],
    never: [...plugInRooms.map(room), ...upper],
    why: 'contracts know types of the rooms below',
  },
  {
    files: ['src/sim/cluster/**', 'src/sim/probe/**', 'src/sim/scene/**', 'src/sim/traffic/**', 'src/sim/simulate.ts'],
    never: ['/(cni|proxy|l7|admission)/.+/'],
    why: "plug-ins are reached through their registry only, never a plug-in's inside",
  },
  {
    files: ['src/worker/**'],
    never: [room('ui'), room('state'), room('cli'), ...reactLike],
    why: 'the worker is the simulator and its protocol',
  },
  { files: ['src/state/**'], never: [room('ui'), room('cli'), '^react($|/)', '^react-dom', '^@xyflow/'], why: 'state knows no component' },
  {
    files: ['src/state/**'],
    never: [room('sim'), room('i18n')],
    types: true,
    why: 'state knows types of the simulator; its logic runs in the worker',
  },
  {
    files: ['src/ui/**'],
    never: [`/sim/(${rooms.filter((r) => r !== 'packet' && r !== 'scene').join('|')})/`, '/sim/[a-z-]+\\.ts$', room('worker')],
    types: true,
    why: 'the interface knows types of the simulator and the packet codecs; its logic runs in the worker',
  },
  ...features.filter((f) => f !== 'graph').map((feature) => ({
    files: [`src/ui/${feature}/**`],
    never: ['/sim/scene/'],
    types: true,
    why: 'only the picture places a scene: a drag has to answer at once',
  })),
  ...features.map((feature) => ({
    files: [`src/ui/${feature}/**`],
    never: [`^\\.\\./(app|${features.filter((f) => f !== feature).join('|')})/`],
    why: 'a feature imports no other feature; ui/kit is shared, ui/app joins them',
  })),
  { files: ['src/ui/kit/**'], never: [`^\\.\\./(app|${features.join('|')})/`], why: 'kit is below every feature' },
  { files: ['src/cli/**'], never: [room('ui'), room('state'), room('worker'), ...reactLike], why: 'the command line is the simulator in a terminal' },
  { files: ['src/content/**', 'src/i18n/**', 'src/share/**'], never: [room('ui'), room('worker'), room('cli')], why: 'texts and data know types only' },
  { files: ['src/content/**', 'src/share/**'], never: [room('sim'), room('state')], types: true, why: 'texts and data know types only' },
];
