/** What a plan consists of: everything of a Scene with its place, in scene pixels. */
import type { NetGraph, Point } from './net-graph.ts';
import type {
  Scene,
  SceneDevice,
  SceneEndpoint,
  SceneHost,
  SceneIngress,
  ScenePod,
  SceneRoom,
  SceneService,
} from './scene.ts';

/** Free space round the picture. */
export const MARGIN = 12;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PlanPod {
  /** `namespace/name`; for a stack `stack:NODE/OWNER`. */
  readonly id: string;
  readonly room: string;
  /** The pod, or the first of a stack. */
  readonly pod: ScenePod;
  /** Ids of all pods behind a stack; one for a single pod. */
  readonly members: readonly string[];
  /** Said under a stack: `batch`, or undefined for a mixed one. */
  readonly stackOf?: string;
  readonly box: Box;
  readonly port: Point;
  /** The host's end of its veth pair. */
  readonly veth: string | undefined;
  /** 0 for the namespace `default`, then in the scene's order. */
  readonly tint: number;
}

export interface PlanDevice {
  readonly netns: string;
  readonly device: SceneDevice;
  readonly box: Box;
}

export interface PlateRow {
  readonly y: number;
  readonly endpoint: SceneEndpoint;
}

export interface PlateSection {
  readonly service: SceneService;
  /** Middle of the row with the virtual address. */
  readonly y: number;
  readonly address: string;
  readonly rows: readonly PlateRow[];
  /** Endpoints without a row of their own. */
  readonly more: number;
  /** The rules of this node leave some out. */
  readonly own: boolean;
}

export interface PlanPlate {
  readonly box: Box;
  readonly sections: readonly PlateSection[];
}

export interface PlanRoom {
  readonly room: SceneRoom;
  readonly box: Box;
  /** Its devices are left out: only the wall and the card are drawn. */
  readonly folded: boolean;
  readonly mirror: boolean;
  readonly floor: Box;
  readonly planeY: number;
  readonly planeFrom: number;
  readonly planeTo: number;
  readonly busY: number;
  readonly diamond: Point;
  readonly routePlate: Box;
  readonly local: Box;
  readonly card: Point;
  /** Cards beside the first. */
  readonly further?: readonly { readonly name: string; readonly at: Point }[];
  readonly plate: PlanPlate | undefined;
  /** In a crowd: stands for the plates of so many Services, which are not written out. */
  readonly chip?: { readonly box: Box; readonly count: number };
  /** Which way is out of the house from the diamond: -1 left, 1 right. */
  readonly out: -1 | 1;
  /** Opened only because the walk passes it; without one it is folded. */
  readonly guest: boolean;
}

export interface PlanHost {
  readonly id: string;
  readonly host: SceneHost;
  readonly box: Box;
  readonly tap: Point;
}

/** A drawn line. `level` is the coarsest lens (0..4) that shows it. */
export interface PlanWire {
  readonly id: string;
  readonly points: readonly Point[];
  readonly level: number;
  readonly kind: 'veth' | 'host' | 'underlay' | 'virtual';
}

export interface PlanTube {
  readonly id: string;
  readonly label: string;
  readonly lines: readonly (readonly Point[])[];
  readonly labelAt: Point;
}

export interface PlanLink {
  readonly endpoint: SceneEndpoint;
  /** Counted from 1 among the Service's endpoints. */
  readonly index: number;
  readonly pod: string;
  readonly points: readonly Point[];
  /** In a later row: drawn only where it matters. */
  readonly far: boolean;
}

export interface PlanPill {
  readonly service: SceneService;
  readonly box: Box;
  readonly address: string;
  readonly links: readonly PlanLink[];
  readonly beams: readonly { readonly room: string; readonly points: readonly Point[] }[];
}

/** An Ingress beside the Services, and lines to the drawn pods of its controller. */
export interface PlanIngress {
  readonly ingress: SceneIngress;
  readonly box: Box;
  /** `shop.example +1`; empty: every host. */
  readonly hosts: string;
  readonly lines: readonly (readonly Point[])[];
}

export interface Plan {
  readonly scene: Scene;
  readonly width: number;
  readonly height: number;
  readonly rooms: readonly PlanRoom[];
  readonly pods: readonly PlanPod[];
  readonly devices: readonly PlanDevice[];
  readonly hosts: readonly PlanHost[];
  readonly pills: readonly PlanPill[];
  readonly ingresses: readonly PlanIngress[];
  /** Services without a pill of their own. */
  readonly morePills: { readonly count: number; readonly box: Box } | undefined;
  readonly wires: readonly PlanWire[];
  readonly tubes: readonly PlanTube[];
  readonly labels: readonly {
    readonly id: string;
    readonly text: string;
    readonly at: Point;
    readonly anchor: 'start' | 'middle' | 'end';
  }[];
  /** Where the underlay goes on to what is not drawn. */
  readonly outside: Point | undefined;
  readonly graph: NetGraph;
  /** The drawn pod or stack that stands for a pod. */
  readonly standIn: ReadonlyMap<string, string>;
  /** From top to bottom, for a narrow screen. */
  readonly narrow: boolean;
}
