/** Whether what a source answered is the definition that was asked for, whole and usable. Pure; every adapter ends here. */

import { type Problem, problem } from '../problem.ts';
import { sha256 } from '../sha256.ts';
import type { Definition, DefinitionRequest } from './source.ts';

/** What a source says, before it is believed. */
export interface Answer {
  readonly id: string;
  readonly tenantId: string;
  readonly version: bigint;
  readonly bytes: Uint8Array;
  /** SHA-256 in hex, with or without `sha256:`. Undefined: this kind of source claims none. */
  readonly checksum: string | undefined;
}

/** Bytes of a definition that fit a ConfigMap: its 1 MiB less 16 KiB for metadata. */
export const definitionLimit = 1_048_576 - 16_384;

/** `sha256:` and 64 hex digits, over the text's UTF-8 bytes. */
export function checksumOf(text: string | Uint8Array): string {
  return `sha256:${sha256(text)}`;
}

/** The definition, or the first reason why it cannot be used. `from` names the source in messages. */
export function checkDefinition(answer: Answer, request: DefinitionRequest, from: string): Definition | Problem {
  const unusable = checkAnswered(answer, request, from) ?? checkBytes(answer, from);
  if (unusable) return unusable;
  const { id, tenantId, version, bytes } = answer;
  const text = decode(bytes);
  const invalid = text === undefined ? 'is not UTF-8' : whyNotObject(text);
  if (text === undefined || invalid !== undefined) {
    return problem('DefinitionInvalid', `${from} gave version ${version} of ${quote(id)}, but it ${invalid}. Correct it at the source.`);
  }
  return { id, tenantId, version: Number(version), checksum: checksumOf(bytes), text };
}

/** The finding that a definition does not fit a ConfigMap. */
export function tooLarge(what: string, size: number | undefined): Problem {
  const found = size === undefined ? 'is larger than can be received' : `has ${size} bytes`;
  return problem('DefinitionTooLarge', `${what} ${found}; at most ${definitionLimit} bytes fit a ConfigMap. Make it smaller.`);
}

/** A value from outside, quoted and of bearable length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** `version 3 of "L2O_v3" of tenant "t123"`: what was asked for, in words. */
export function asked({ id, tenantId, version }: DefinitionRequest): string {
  return `${version === undefined ? 'the latest version' : `version ${version}`} of ${quote(id)} of tenant ${quote(tenantId)}`;
}

function checkAnswered({ id, tenantId, version }: Answer, request: DefinitionRequest, from: string): Problem | undefined {
  const wrong = (what: string) =>
    problem('SourceAnswerInvalid', `${from} was asked for ${asked(request)} and answered with ${what}. The service must be mended.`);
  if (id !== request.id) return wrong(`id ${quote(id)}`);
  if (tenantId !== request.tenantId) return wrong(`tenant ${quote(tenantId)}`);
  if (version < 1n || version > BigInt(Number.MAX_SAFE_INTEGER)) return wrong(`version ${version}, which is not within 1 … 2^53−1`);
  if (request.version !== undefined && Number(version) !== request.version) return wrong(`version ${version}`);
  return undefined;
}

function checkBytes({ id, version, bytes, checksum }: Answer, from: string): Problem | undefined {
  const what = `Version ${version} of ${quote(id)} from ${from}`;
  if (bytes.length > definitionLimit) return tooLarge(what, bytes.length);
  if (checksum === undefined) return undefined;
  if (checksum === '') return problem('SourceAnswerInvalid', `${what} came without a checksum. The service must be mended.`);
  const found = checksumOf(bytes);
  const claimed = checksum.toLowerCase();
  if (found === (claimed.startsWith('sha256:') ? claimed : `sha256:${claimed}`)) return undefined;
  return problem('ChecksumMismatch', `${what}: its bytes have checksum ${found}, the source claims ${quote(checksum)}. Mend the service.`);
}

/** Undefined: not UTF-8. A byte-order mark stays, as bytes are kept exactly (and JSON then refuses it). */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function whyNotObject(text: string): string | undefined {
  if (text.startsWith('\ufeff')) return 'begins with a byte-order mark, which is not JSON';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is not JSON (${(error as Error).message})`;
  }
  if (Array.isArray(value)) return 'is a JSON array, not an object';
  if (value === null || typeof value !== 'object') return `is JSON ${value === null ? 'null' : `of type ${typeof value}`}, not an object`;
  return undefined;
}
