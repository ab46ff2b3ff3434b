/**
 * YAML scalars as the Kubernetes API server's clients read them (sigs.k8s.io/yaml, which is YAML 1.1 with Go's number grammar):
 * `0644` is 420, `yes` is true, `12:30:45` and `2024-01-01` are strings. A whole number that JavaScript cannot hold is a bigint,
 * so that it is refused by a type check rather than rounded.
 */
import {
  binaryTag,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  Schema,
  seqTag,
  strTag,
} from 'js-yaml';

const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);
const booleans = new Map<string, boolean>(
  [
    [true, 'y Y yes Yes YES true True TRUE on On ON'],
    [false, 'n N no No NO false False FALSE off Off OFF'],
  ].flatMap(([value, words]) => (words as string).split(' ').map((word) => [word, value as boolean] as const)),
);
const specialFloats = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const goInteger = /^([-+]?)(?:(0[xX])([0-9a-fA-F]+)|(0[bB])([01]+)|(0[oO]?)([0-7]+)|(0|[1-9][0-9]*))$/;
const goFloat = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const int64 = { min: -(2n ** 63n), max: 2n ** 64n - 1n };

const smallDecimal = /^[-+]?(0|[1-9][0-9]{0,14})$/;

function readInteger(source: string): number | bigint | undefined {
  if (smallDecimal.test(source)) return Number(source);
  const match = goInteger.exec(source.replaceAll('_', ''));
  if (!match) return;
  const [, sign, , hex, , binary, , octal, decimal] = match;
  const magnitude = BigInt(decimal ?? (hex ? `0x${hex}` : binary ? `0b${binary}` : `0o${octal}`));
  const value = sign === '-' ? -magnitude : magnitude;
  if (value < int64.min || value > int64.max) return;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const digitsAndSigns = ['-', '+', '.', ...'0123456789'];

const nullTag = defineScalarTag<null>('tag:yaml.org,2002:null', {
  implicit: true,
  implicitFirstChars: ['', '~', 'n', 'N'],
  resolve: (source) => (nulls.has(source) ? null : NOT_RESOLVED),
  identify: () => false,
});

const boolTag = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: [...'yYnNtTfFoO'],
  resolve: (source) => booleans.get(source) ?? NOT_RESOLVED,
  identify: () => false,
});

const intTag = defineScalarTag<number | bigint>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: digitsAndSigns,
  resolve: (source) => readInteger(source) ?? NOT_RESOLVED,
  identify: () => false,
});

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: digitsAndSigns,
  resolve: (source) => specialFloats.get(source) ?? readFloat(source.replaceAll('_', '')) ?? NOT_RESOLVED,
  identify: () => false,
});

/** A number too large for a float is a string to Go, which therefore writes `65e1200274`, a hash, say, without quotes. */
function readFloat(source: string): number | undefined {
  const value = goFloat.test(source) ? Number(source) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** Tags that Kubernetes does not know (`!Ref`, …) belong to somebody else's item: its untagged value will do for identifying it. */
const foreignTags = [
  defineScalarTag<string>('', { matchByTagPrefix: true, resolve: (source) => source, identify: () => false }),
  defineSequenceTag<unknown[]>('', { ...seqTag, matchByTagPrefix: true, identify: () => false }),
  defineMappingTag<Record<string, unknown>>('', { ...mapTag, matchByTagPrefix: true, identify: () => false }),
];

export const kubernetesSchema: Schema = new Schema([
  strTag,
  nullTag,
  boolTag,
  intTag,
  floatTag,
  mergeTag,
  binaryTag,
  seqTag,
  mapTag,
  ...foreignTags,
]);
