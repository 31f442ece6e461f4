import { app } from './app.en.ts';
import { cli } from './cli.en.ts';
import { editor } from './editor.en.ts';
import { graph } from './graph.en.ts';
import { inspector } from './inspector.en.ts';
import { matrix } from './matrix.en.ts';
import { packet } from './packet.en.ts';
import { probe } from './probe.en.ts';
import { scenarios } from './scenarios.en.ts';
import { settings } from './settings.en.ts';
import { share } from './share.en.ts';
import { timeline } from './timeline.en.ts';
import { diagnostics } from './diagnostics.en.ts';
import { reasons } from './reasons.en.ts';

/** Every text of the interface in English, by area. */
export const en = {
  app,
  cli,
  diagnostics,
  editor,
  graph,
  inspector,
  matrix,
  packet,
  probe,
  reasons,
  scenarios,
  settings,
  share,
  timeline,
};

export type Messages = { readonly [A in keyof typeof en]: import('./catalog.ts').Catalog<(typeof en)[A]> };
