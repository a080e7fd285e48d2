import { z } from 'zod';
import type { Millis } from '../configuration.js';
import { ID } from './forms.js';

const id = z.string().regex(ID);

/** Why a machine is not on the release that its server offers. */
export const UPDATE_FAULTS = [
  'untrusted',
  'unreadable',
  'damaged',
  'space',
  'unhealthy',
  'unseen',
] as const;
export type UpdateFault = (typeof UPDATE_FAULTS)[number];

const release = z.number().int().min(0).max(999_999_999_999);

/** What a machine tells of itself, by the device that its agent is; and which page it shows. */
export const machineReport = z.strictObject({
  deviceId: id,
  name: id,
  release: release.nullable(),
  /** What it would not take; the number is `null` where it could not be read or believed. */
  failed: z.strictObject({ release: release.nullable(), fault: z.enum(UPDATE_FAULTS) }).nullable(),
  page: id.nullable(),
});
export type MachineReport = z.infer<typeof machineReport>;

/** What the server knows of the parts of that machine. */
export interface MachineAnswer {
  readonly now: number;
  readonly agent: boolean;
  /** `null` where nobody can tell: no page, none approved yet, or a desk with nobody signed in. */
  readonly page: boolean | null;
}

/** The machine on which an agent runs, as it told last. */
export interface MachineStatus {
  readonly name: string;
  /** Number of the release on it; `null` for one that was set up without. */
  readonly release: number | null;
  readonly failed: { readonly release: number | null; readonly fault: UpdateFault } | null;
  readonly seenAt: Millis;
}
