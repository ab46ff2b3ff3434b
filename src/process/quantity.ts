/** Kubernetes quantities (`500m`, `1Gi`, `2e3`), compared exactly. They must have passed the schema's pattern. */

const quantity = /^\+?([0-9]*)(?:\.([0-9]*))?(?:([KMGTPE])i|([numkMGTPE])|[eE]([-+]?[0-9]+))?$/;
const decimalExponent = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 } as const;
const binaryPower = { K: 1n, M: 2n, G: 3n, T: 4n, P: 5n, E: 6n } as const;
const scale = 9;

/** Below 0, 0 or above 0, as a is less than, equal to or greater than b. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = nano(a) - nano(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isWholeQuantity(value: string | number): boolean {
  return nano(value) % 10n ** BigInt(scale) === 0n;
}

/** In units of 10^-9, rounded up: Kubernetes keeps no finer ones. */
function nano(value: string | number): bigint {
  const match = quantity.exec(String(value));
  if (!match) return 0n;
  const [, whole = '', fraction = '', binary, decimal, exponent] = match;
  const digits = BigInt(`${whole}${fraction}` || '0') * (binary ? 1024n ** binaryPower[binary as keyof typeof binaryPower] : 1n);
  const shift = scale - fraction.length + (decimal ? decimalExponent[decimal as keyof typeof decimalExponent] : Number(exponent ?? 0));
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (digits + divisor - 1n) / divisor;
}
