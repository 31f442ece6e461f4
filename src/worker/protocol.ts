/** Messages between the page and the simulation worker. Types only; every message is structured-clone data. */
import type { AdmissionOf } from '../sim/admission/steps.ts';
import type { FixAnswer } from '../sim/fix.ts';
import type { Expected, ImportedTraffic } from '../sim/traffic.ts';
import type { ExportedTraffic } from '../sim/traffic/export-traffic.ts';
import type { Fidelity } from '../sim/plugin.ts';
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import type { ObjectRef, SourceRange } from '../sim/base/origin.ts';
import type { ClusterEvent, FaultSpec, ProbeSpec, StoredObject } from '../sim/k8s/cluster-state.ts';
import type { Burst } from '../sim/probe/burst.ts';
import type { PodRuntime } from '../sim/pod-runtime.ts';
import type { NearMiss } from '../sim/policy/near-miss.ts';
import type { PodReach, PortQuestion } from '../sim/policy/pod-reach.ts';
import type { MatrixChanges } from '../sim/policy/reach-again.ts';
import type { ReachData } from '../sim/policy/reach-matrix.ts';
import type { Scenario } from '../sim/scenario.ts';
import type { Scene } from '../sim/scene/scene.ts';
import type { Moment } from '../sim/trace/align.ts';
import type { RowKey, Trace } from '../sim/trace/trace.ts';

/** What the page needs to know of the cluster without asking again. */
export interface ClusterView {
  readonly nodes: readonly {
    readonly name: string;
    readonly role: 'control-plane' | 'worker';
    readonly ip: string;
    readonly podCIDR: string;
  }[];
  readonly pods: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly shortName: string;
    readonly node: string | undefined;
    readonly ip: string | undefined;
    readonly ready: boolean;
    readonly phase: string;
    readonly builtIn: boolean;
    readonly listening: readonly { readonly port: number; readonly protocol: string }[];
  }[];
  readonly services: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly type: string;
    readonly clusterIP: string | undefined;
    readonly ports: readonly {
      readonly name: string;
      readonly port: number;
      readonly protocol: string;
      readonly nodePort?: number;
    }[];
    /** Addresses for clients outside: a load balancer's, and `externalIPs`. */
    readonly outsideIps: readonly string[];
    readonly builtIn: boolean;
  }[];
  /** Is there a cloud load balancer, `external/loadbalancer`? */
  readonly loadBalancer: boolean;
  readonly external: readonly {
    readonly name: string;
    readonly ips: readonly string[];
    readonly dnsNames: readonly string[];
  }[];
  readonly namespaces: readonly string[];
  readonly policies: readonly { readonly namespace: string; readonly name: string }[];
  readonly probes: readonly ProbeSpec[];
  readonly settings: {
    readonly cni: string;
    readonly cniLabel: string;
    /** Every option of the CNI with the value in force. */
    readonly cniOptions?: Readonly<Record<string, string>>;
    readonly enforcesPolicy: boolean;
    /** Commands of the CNI's own tool, and the maps whose rows each prints. */
    readonly tools?: readonly { readonly command: string; readonly maps: readonly string[] }[];
    readonly kubeProxyMode: string;
    /** What `Playground.compare` sets. */
    readonly compare?: { readonly cni?: string; readonly kubeProxyMode?: string };
    /** What is broken on purpose, in the order of the document. */
    readonly faults: readonly { readonly kind: FaultSpec['fault']; readonly node?: string }[];
    readonly podSubnet: string;
    readonly serviceSubnet: string;
    readonly dnsDomain: string;
    readonly families: string;
    /** Where chance starts when the probe names no seed of its own. */
    readonly seed: number;
    /** What the settings may choose: the registries' own lists. */
    readonly offered?: {
      readonly cnis: readonly {
        readonly id: string;
        readonly label: string;
        readonly enforcesPolicy: boolean;
        readonly fidelity: Fidelity;
        readonly sources: readonly string[];
        readonly options?: readonly { readonly name: string; readonly values: readonly string[] }[];
      }[];
      readonly kubeProxyModes: readonly {
        readonly id: string;
        readonly label: string;
        readonly deprecated: boolean;
        readonly fidelity: Fidelity;
        readonly sources: readonly string[];
      }[];
    };
  };
}

export interface ExpectationResult {
  readonly from: string;
  readonly to: string;
  /** The probe that ran; sending it shows the walk. */
  readonly probe: ProbeSpec;
  /** What was asked: `allowed: true`, `verdict: dropped`. */
  readonly wanted: { readonly key: 'allowed' | 'verdict' | 'clientSees'; readonly value: string | boolean };
  /** Absent where the assertion could not be run. */
  readonly verdict?: string;
  readonly clientSees?: string;
  readonly holds: boolean;
  /** Where the assertion could not be run (unknown pod ...): a diagnostic code says why. */
  readonly error?: Diagnostic;
  readonly range?: SourceRange;
}

export interface SimulateResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly cluster: ClusterView;
  readonly scene: Scene;
  readonly tookMs: number;
}

type Lens = 'app' | 'service' | 'pod-network' | 'overlay' | 'wire';

export interface WalkResult {
  readonly probe: ProbeSpec;
  readonly trace: Trace;
  /** For each lens, the indexes of the steps that it shows, in order. */
  readonly shown: Readonly<Record<Lens, readonly number[]>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The same question on the cluster that `Playground.compare` sets beside the one that is simulated. */
export interface CompareResult {
  readonly cluster: ClusterView;
  readonly scene: Scene;
  /** Chance falls on the same endpoint as in the walk that it is compared with, where that endpoint is possible. */
  readonly walk: WalkResult;
  /** For each lens, the moments of both walks in order: `a` of the simulated cluster, `b` of the other. */
  readonly moments: Readonly<Record<Lens, readonly Moment[]>>;
}

/** Who can talk to whom; `ReachMatrix` reads it. */
export interface MatrixResult extends ReachData {
  /** Names this answer for the next question's `since`. */
  readonly id: number;
  /** What differs from the matrix `since`, where it was asked the same. */
  readonly changes?: MatrixChanges;
}

export type { MatrixChanges };

/** A table's text, a line each; `key` joins a line to the steps that used it. */
export interface ShowResult {
  readonly command: string;
  /** `also`: more rows that the same line prints. */
  readonly lines: readonly {
    readonly text: string;
    readonly key?: RowKey;
    readonly also?: readonly RowKey[];
  }[];
}

export interface ObjectDetail {
  readonly ref: ObjectRef;
  /** As stored: apiVersion, kind, metadata, and status where one is kept. */
  readonly object: StoredObject;
  readonly source: 'user' | 'built-in' | 'controller';
  /** What the user wrote that led to it, and the objects in between. */
  readonly cause: ObjectRef;
  readonly via: readonly ObjectRef[];
  readonly range?: SourceRange;
}

export interface ClusterDetail {
  readonly objects: readonly ObjectDetail[];
  readonly events: readonly ClusterEvent[];
  readonly refused: readonly { readonly object: ObjectRef; readonly message: string }[];
}

/** What the editor asks. Positions are 1-based. */
export interface CompletionItem {
  readonly label: string;
  readonly insertText: string;
  readonly kind: 'field' | 'value' | 'reference' | 'snippet';
  /** Key of the field's help in i18n (`fields`), such as `Service.spec.ports.targetPort`. */
  readonly help?: string;
  readonly detail?: string;
  readonly replaceFrom: number;
  readonly replaceTo: number;
}

export interface HoverInfo {
  readonly path: string;
  readonly kind: string;
  readonly type: string;
  readonly required: boolean;
  readonly support: 'simulated' | 'accepted' | 'unsupported' | 'unknown';
  readonly help?: string;
  readonly range: SourceRange;
}

export interface Requests {
  simulate: { params: { scenario: Scenario; revision: number }; result: SimulateResult };
  /** Walks on the newest simulated revision. */
  walk: { params: { probe: ProbeSpec }; result: WalkResult };
  /** The scenario's `expect` entries, each with the walk that it came to on the newest simulated revision. */
  expectations: { params: Record<string, never>; result: readonly ExpectationResult[] };
  /** Some more of a burst: a new one, or `since` of which `id` told. Undefined where the cluster changed since. */
  burst: {
    params: { probe: ProbeSpec; requests: number; since?: number };
    result: (Burst & { readonly id: number }) | undefined;
  };
  compare: { params: { probe: ProbeSpec }; result: CompareResult };
  /** Why no policy let the probe through; undefined where none stopped it. */
  nearMiss: { params: { probe: ProbeSpec }; result: NearMiss | undefined };
  /** The smallest edit of the policies that lets the probe through, or blocks it. */
  fix: { params: { probe: ProbeSpec; want: 'allow' | 'block' }; result: FixAnswer };
  /** The walk that the probe comes to now as one more entry of `expect`. */
  expectWalk: { params: { probe: ProbeSpec }; result: Expected };
  /** policy-assistant's traffic file as entries of `expect`, and the scenario's questions as such a file. */
  importTraffic: { params: { name: string; text: string }; result: ImportedTraffic };
  exportTraffic: { params: Record<string, never>; result: ExportedTraffic };
  /** `since`: the matrix that is shown; it is made anew from that one, with what changed. */
  matrix: {
    params: { port?: number; protocol: 'TCP' | 'UDP' | 'SCTP'; since?: number };
    result: MatrixResult;
  };
  /** One pod both ways; without a port on those that each receiver listens on. */
  reach: { params: { pod: string } & PortQuestion; result: PodReach };
  /** `after`: the probe whose runtime state (conntrack, neighbours) is shown; absent, the tables before any. */
  show: { params: { netns: string; command: string; after?: ProbeSpec }; result: ShowResult };
  cluster: { params: Record<string, never>; result: ClusterDetail };
  /** An object's way through the API server. `refused`: that of the object made of it which was refused, if one was. */
  admission: {
    params: { object: ObjectRef; refused?: boolean };
    result: AdmissionOf | undefined;
  };
  /** What separates a pod (`namespace/name`) and its node's kernel. */
  runtime: { params: { pod: string }; result: PodRuntime | undefined };
  /** The script that builds the cluster in network namespaces. */
  lab: { params: { title?: string }; result: string };
  complete: {
    params: { scenario: Scenario; file: string; line: number; column: number };
    result: readonly CompletionItem[];
  };
  hover: {
    params: { scenario: Scenario; file: string; line: number; column: number };
    result: HoverInfo | undefined;
  };
}

export type RequestName = keyof Requests;

export type ToWorker =
  | {
      [N in RequestName]: { readonly id: number; readonly name: N; readonly params: Requests[N]['params'] };
    }[RequestName]
  | { readonly cancel: number };

export type FromWorker =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string; readonly problem?: Diagnostic }
  | {
      readonly id: number;
      readonly progress: {
        readonly stage: 'parse' | 'settle' | 'build' | 'reach';
        readonly done: number;
        readonly total: number;
      };
    };
