/** What starters and workflows agree upon. */

/** The search attribute, of type Keyword, by which running workflows are counted before a definition is dropped. */
export const checksumAttribute = { name: 'ProcessDefinitionChecksum', type: 'KEYWORD' } as const;

export interface ProcessInput {
  /** Which definition, `sha256:…`. Absent: the one that is current when the workflow's first task runs. Never changes afterwards. */
  readonly checksum?: string;
  /** The step that it begins with, by its name or its place in the definition. Default: the first. */
  readonly begin?: string | number;
  /** What was done and which signals came before it continued as new. */
  readonly done?: readonly string[];
  readonly received?: readonly string[];
}

/** What the query `progress` answers, and the workflow in the end. */
export interface Progress {
  readonly checksum: string;
  /** The step that it is at. */
  readonly step?: string;
  readonly done: readonly string[];
}
