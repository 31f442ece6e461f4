import { app } from './app.ko.ts';
import { editor } from './editor.ko.ts';
import { faults } from './faults.ko.ts';
import { graph } from './graph.ko.ts';
import { probe } from './probe.ko.ts';
import { rest } from './rest.ko.ts';
import { scenarios } from './scenarios.ko.ts';
import { settings } from './settings.ko.ts';
import { share } from './share.ko.ts';
import { timeline } from './timeline.ko.ts';

/** What the page says before anything was sent: loaded before it renders. */
export const first = { app, editor, faults, graph, probe, rest, scenarios, settings, share, timeline };
