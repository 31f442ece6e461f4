/** What the picture draws: a graph of places with sizes and positions, in scene pixels, without any React Flow type. */
export interface Scene {
  readonly width: number;
  readonly height: number;
}
