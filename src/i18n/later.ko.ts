import { admission } from './admission.ko.ts';
import { burst } from './burst.ko.ts';
import { capture } from './capture.ko.ts';
import { compare } from './compare.ko.ts';
import { diagnostics } from './diagnostics.ko.ts';
import { faultList } from './fault-list.ko.ts';
import { fidelity } from './fidelity.ko.ts';
import { inspector } from './inspector.ko.ts';
import { matrix } from './matrix.ko.ts';
import { packet } from './packet.ko.ts';
import { policy } from './policy.ko.ts';
import { reach } from './reach.ko.ts';
import { reasons } from './reasons.ko.ts';
import { scenarioNotes } from './scenario-notes.ko.ts';
import { traffic } from './traffic.ko.ts';

/** What is said of a walk, of problems and in the inspector: loaded after the first picture. */
export const later = {
  admission,
  burst,
  capture,
  compare,
  diagnostics,
  faultList,
  fidelity,
  inspector,
  matrix,
  packet,
  policy,
  reach,
  reasons,
  scenarioNotes,
  traffic,
};
