import type { ReasonCode, ReasonParams } from '../sim/trace/reasons.ts';

/** `title`: the headline of the Why card. `info`: a few words for the event list. `detail`: one or two sentences of why. */
export type ReasonText = {
  [C in ReasonCode]: {
    readonly title: (p: ReasonParams[C]) => string;
    readonly info: (p: ReasonParams[C]) => string;
    readonly detail?: (p: ReasonParams[C]) => string;
  };
};

export const reasons = {} as ReasonText;
