import { admission } from './admission.en.ts';
import { burst } from './burst.en.ts';
import { capture } from './capture.en.ts';
import { compare } from './compare.en.ts';
import { diagnostics } from './diagnostics.en.ts';
import { faultList } from './fault-list.en.ts';
import { fidelity } from './fidelity.en.ts';
import { inspector } from './inspector.en.ts';
import { matrix } from './matrix.en.ts';
import { packet } from './packet.en.ts';
import { policy } from './policy.en.ts';
import { reach } from './reach.en.ts';
import { reasons } from './reasons.en.ts';
import { scenarioNotes } from './scenario-notes.en.ts';
import { traffic } from './traffic.en.ts';

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
