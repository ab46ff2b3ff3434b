/**
 * SHA-256 for checksums of definitions and short hashes in names. Not by `node:crypto`, unless the program has loaded it anyway: loading it
 * takes a fifth of the time that the function takes for one Process.
 */
import { sha256 as plainDigest } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** Gives hex digits, of the UTF-8 bytes of a text. */
type Digest = (content: string | Uint8Array) => string;

let digest: Digest = (content) => bytesToHex(plainDigest(typeof content === 'string' ? Buffer.from(content) : content));

/** 64 hex digits, over the UTF-8 bytes of a text. */
export function sha256(content: string | Uint8Array): string {
  return digest(content);
}

/** From now on by this one, which is faster. */
export function digestBy(native: Digest): void {
  digest = native;
}
