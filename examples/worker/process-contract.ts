/** What starters and workflows agree upon. */

/** The search attribute, of type Keyword, by which running workflows are counted before a definition is dropped. */
export const checksumAttribute = { name: 'ProcessDefinitionChecksum', type: 'KEYWORD' } as const;

export interface ProcessInput {
  /** Which definition, `sha256:…`. Absent: the one that is current when the workflow's first task runs. Never changes afterwards. */
  readonly checksum?: string;
}

/** What the query `progress` answers, and the workflow in the end. */
export interface Progress {
  readonly checksum: string;
  /** The step that it is at. */
  readonly step?: string;
  readonly done: readonly string[];
}
