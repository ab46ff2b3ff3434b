/**
 * SHA-256 (FIPS 180-4) for checksums of definitions and short hashes in names. Written out because loading `node:crypto` takes a fifth
 * of the time that the function takes for one Process; a definition takes 10 µs here instead of 2, and no secret depends on it.
 */

const k = Int32Array.from(firstPrimes(64).map((prime) => fraction(Math.cbrt(prime))));
const initial = Int32Array.from(firstPrimes(8).map((prime) => fraction(Math.sqrt(prime))));
const blockSize = 64;
/** The message schedule of the block at hand; hashing never waits, so one will do. */
const w = new Int32Array(64);

/** 64 hex digits, over the UTF-8 bytes of a text. */
export function sha256(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const state = Int32Array.from(initial);
  const whole = bytes.length - (bytes.length % blockSize);
  for (let at = 0; at < whole; at += blockSize) compress(state, bytes, at);
  const tail = padded(bytes, whole);
  for (let at = 0; at < tail.length; at += blockSize) compress(state, tail, at);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** What is left after the whole blocks, a one bit, zeros, and the length in bits. */
function padded(bytes: Uint8Array, from: number): Uint8Array {
  const left = bytes.length - from;
  const tail = new Uint8Array(left + 9 > blockSize ? 2 * blockSize : blockSize);
  tail.set(bytes.subarray(from));
  tail[left] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(tail.length - 4, (bytes.length << 3) >>> 0);
  return tail;
}

function compress(state: Int32Array, bytes: Uint8Array, at: number): void {
  schedule(bytes, at);
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let round = 0; round < 64; round++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[round]! + w[round]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function schedule(bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const from = at + 4 * i;
    w[i] = (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const early = w[i - 15]!;
    const late = w[i - 2]!;
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) if (primes.every((prime) => candidate % prime > 0)) primes.push(candidate);
  return primes;
}

/** The first 32 bits of the fractional part. */
function fraction(value: number): number {
  return Math.floor((value % 1) * 2 ** 32) | 0;
}
