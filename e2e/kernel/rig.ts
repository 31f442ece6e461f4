/** A cluster of network namespaces: what is where, how it comes up and how it goes. */

export interface Interface {
  /** Namespace as the simulator names it: `node/kind-worker`, `default/client`, `external/laptop`. */
  readonly place: string;
  readonly name: string;
  readonly mac: string;
  /** The pod behind a node's end of a veth pair. */
  readonly peer?: string;
}

export interface Rig {
  readonly places: readonly string[];
  readonly interfaces: readonly Interface[];
  /** The kernel's name of a namespace. */
  readonly netns: (place: string) => string;
  /** Namespace and bridges of the switch that joins the cards. */
  readonly switch: { readonly netns: string; readonly bridges: readonly string[] };
  /** Builds everything and returns once all listen. */
  readonly up: () => Promise<void>;
  /** Removes everything, also what a failed `up` left. */
  readonly down: () => Promise<void>;
}
