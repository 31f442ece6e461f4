/** A run of one program as far as every kind has it: its maps, its chance, and the steps it leaves behind. */
import type { Ip } from '../../base/ip.ts';
import type { Packet } from '../../packet/packet.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { Flow } from '../../trace/recorder.ts';
import type { RowKey, StepKind } from '../../trace/trace.ts';
import type { MapEntry, ProgramAttachment } from '../config.ts';
import type { Box, Machine } from '../machine.ts';
import { mapRow } from '../row-key.ts';
import type { Found, MapAccess, MapHandle, StepNotes } from './context.ts';
import { longestPrefix, runtimeEntry, writeEntry } from './maps.ts';

/** Where a run's steps belong. */
export interface RunPlace {
  readonly box: Box;
  readonly flow: Flow;
  readonly iface?: string;
  readonly packet: () => Packet | undefined;
  /** Leaves no steps. */
  readonly silent?: boolean;
}

/** What a run needs to know of where its program hangs. */
type Attached = Pick<ProgramAttachment, 'program' | 'constants' | 'mapsOf'>;

export class MapRun implements MapAccess {
  readonly constants: ProgramAttachment['constants'];
  protected readonly m: Machine;
  protected readonly attachment: Attached;
  private readonly place: RunPlace;
  /** The namespace that has the maps. */
  private readonly home: Box;
  /** Whether the program did anything worth a verdict of its own. */
  noted = false;

  constructor(m: Machine, attachment: Attached, place: RunPlace) {
    this.m = m;
    this.attachment = attachment;
    this.place = place;
    this.constants = attachment.constants;
    this.home = (attachment.mapsOf === undefined ? undefined : m.box(attachment.mapsOf)) ?? place.box;
  }

  get nowMs(): number {
    return this.m.nowMs;
  }

  lookup<V extends object>(map: MapHandle<V>, key: string): Found<V> | undefined {
    return this.say(map, key, this.peek(map, key));
  }

  lookupPrefix<V extends object>(map: MapHandle<V>, ip: Ip): Found<V> | undefined {
    const found = longestPrefix(this.home.net.maps.get(map.map), ip);
    return this.say(map, ip, found === undefined ? undefined : this.found<V>(map, found.key, found.entry));
  }

  peek<V extends object>(map: MapHandle<V>, key: string): Found<V> | undefined {
    const entry =
      runtimeEntry(this.home.state, map.map, key, this.nowMs) ??
      this.home.net.maps.get(map.map)?.entries.get(key);
    return entry === undefined ? undefined : this.found<V>(map, key, entry);
  }

  update<V extends object>(
    map: MapHandle<V>,
    key: string,
    value: V,
    lifetimeMs: number,
    silent = false,
  ): RowKey {
    writeEntry(this.home.state, map.map, key, { value, expiresAtMs: this.nowMs + lifetimeMs });
    const row = mapRow(map.map, key);
    if (!silent) {
      this.note('program', reason('program.wrote', { program: this.attachment.program, map: map.map, key }), {
        rows: [row],
      });
    }
    return row;
  }

  choose(
    service: string,
    options: readonly { readonly to: string; readonly pod?: string }[],
    label: string,
  ): number {
    const forced = this.m.options.forceChoice?.(service, options);
    const chosen = forced ?? this.m.options.chooser.pick(options.length, label);
    this.m.recorder.choices.push({
      at: this.place.box.id,
      service,
      options: options.map((option) => ({ ...option, probability: 1 / options.length })),
      chosen,
      step: this.m.recorder.steps.length,
    });
    return chosen;
  }

  note(kind: StepKind, why: Reason, details: StepNotes = {}, before?: Packet): void {
    if (this.place.silent === true) return;
    this.noted = true;
    const { box, flow, iface, packet } = this.place;
    const after = packet();
    if (after === undefined) {
      this.m.recorder.step(flow, { place: box.id, kind, reason: why, ...details });
    } else {
      this.m.recorder.add(flow, box.id, kind, why, after, {
        iface,
        origin: details.origin,
        rows: details.rows,
        before,
        hook: undefined,
      });
    }
  }

  private found<V extends object>(map: MapHandle<V>, key: string, entry: MapEntry): Found<V> {
    // A handle and its map agree on what values are: both come from the one who configured them.
    return { key, value: entry.value as V, row: mapRow(map.map, key), origin: entry.origin };
  }

  private say<V extends object>(
    map: MapHandle<V>,
    asked: string,
    found: Found<V> | undefined,
  ): Found<V> | undefined {
    const { program } = this.attachment;
    this.note(
      'program',
      found === undefined
        ? reason('program.missed', { program, map: map.map, key: asked })
        : reason('program.found', { program, map: map.map, key: found.key }),
      found === undefined ? {} : { rows: [found.row], origin: found.origin },
    );
    return found;
  }
}
