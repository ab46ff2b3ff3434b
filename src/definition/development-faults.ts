/** The ways in which the development server can answer something unusable. */
import type { GetProcessDefinitionResponse } from '../gen/transformation-service.ts';
import { checksumOf } from './check.ts';

export const answerFaults = [
  'garbage', // bytes that are no protobuf message (development-server.ts sends them)
  'wrong-id',
  'wrong-tenant',
  'wrong-version',
  'huge-version', // 2^53, which a JSON number cannot carry exactly
  'wrong-checksum',
  'no-checksum',
  'mutated', // other bytes and their right checksum, under the same version
  'not-utf8',
  'not-json',
  'array',
  'huge', // 40 MB
] as const;

export type AnswerFault = (typeof answerFaults)[number];

/** The answer with one thing wrong. Bytes that are changed get their right checksum, so that only the named thing is wrong. */
export function spoil(value: GetProcessDefinitionResponse, fault: AnswerFault): GetProcessDefinitionResponse {
  const bytes = (definitionJson: Buffer) => ({ ...value, definitionJson, checksum: checksumOf(definitionJson) });
  switch (fault) {
    case 'garbage':
      return value;
    case 'wrong-id':
      return { ...value, id: `${value.id}_other` };
    case 'wrong-tenant':
      return { ...value, tenantId: `${value.tenantId}_other` };
    case 'wrong-version':
      return { ...value, version: value.version + 1n };
    case 'huge-version':
      return { ...value, version: 2n ** 53n };
    case 'wrong-checksum':
      return { ...value, checksum: checksumOf('other bytes') };
    case 'no-checksum':
      return { ...value, checksum: '' };
    case 'mutated':
      return bytes(Buffer.concat([value.definitionJson, Buffer.from('\n')]));
    case 'not-utf8':
      return bytes(Buffer.concat([value.definitionJson, Buffer.from([0xff])]));
    case 'not-json':
      return bytes(value.definitionJson.subarray(0, -2));
    case 'array':
      return bytes(Buffer.concat([Buffer.from('['), value.definitionJson, Buffer.from(']')]));
    case 'huge':
      return bytes(Buffer.from(`{"padding":"${'x'.repeat(40_000_000)}"}`));
  }
}
