import { app } from './app.ko.ts';
import { cli } from './cli.ko.ts';
import { editor } from './editor.ko.ts';
import { graph } from './graph.ko.ts';
import { inspector } from './inspector.ko.ts';
import { matrix } from './matrix.ko.ts';
import { packet } from './packet.ko.ts';
import { probe } from './probe.ko.ts';
import { scenarios } from './scenarios.ko.ts';
import { settings } from './settings.ko.ts';
import { share } from './share.ko.ts';
import { timeline } from './timeline.ko.ts';
import { diagnostics } from './diagnostics.ko.ts';
import { reasons } from './reasons.ko.ts';

import type { Messages } from './en.ts';

/** Every text of the interface in Korean, by area. */
export const ko = {
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
} satisfies Messages;
