import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import service from './service.yaml?raw';

export const studyNotesService: ScenarioEntry = {
  slug: 'study-notes-service',
  files: [
    { name: 'service.yaml', text: service },
    { name: 'app.yaml', text: app },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
};
