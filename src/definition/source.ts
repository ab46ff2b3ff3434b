/** The port through which process definitions are looked up. Its adapters: grpc.ts and folder.ts. */
import type { Problem } from '../problem.ts';

/** What a Process asks for. No version: the latest. */
export interface DefinitionRequest {
  readonly id: string;
  readonly tenantId: string;
  readonly version?: number;
  /** The Kubernetes namespace of the Process, for endpoints that are a template of it. */
  readonly namespace?: string;
}

/** A definition as the source gave it. Already checked by `checkDefinition`. */
export interface Definition {
  readonly id: string;
  readonly tenantId: string;
  /** 1 … 2^53−1 */
  readonly version: number;
  /** `sha256:` and 64 hex digits, over exactly `text`'s UTF-8 bytes. */
  readonly checksum: string;
  /** The definition's JSON, byte for byte. */
  readonly text: string;
}

export interface DefinitionSource {
  /** Answers what was asked for, or why not. It never throws for what a server or folder does. */
  read(request: DefinitionRequest): Promise<Definition | Problem>;
  close(): void;
}
