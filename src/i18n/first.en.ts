import { app } from './app.en.ts';
import { editor } from './editor.en.ts';
import { faults } from './faults.en.ts';
import { graph } from './graph.en.ts';
import { probe } from './probe.en.ts';
import { rest } from './rest.en.ts';
import { scenarios } from './scenarios.en.ts';
import { settings } from './settings.en.ts';
import { share } from './share.en.ts';
import { timeline } from './timeline.en.ts';

/** What the page says before anything was sent: loaded before it renders. */
export const first = { app, editor, faults, graph, probe, rest, scenarios, settings, share, timeline };
