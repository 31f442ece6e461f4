/** The only input of the simulator: YAML files. Settings, faults, probes and assertions are documents in them. */

export interface ScenarioFile {
  /** `app.yaml`; unique in a scenario. */
  readonly name: string;
  readonly text: string;
}

export interface Scenario {
  readonly files: readonly ScenarioFile[];
}
