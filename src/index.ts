/** The package: the function as a `KptFunc`, and the stages of the first arrow, text → parse → validate → resolve → plan → emit → text. */
export { checksumOf } from './definition/check.ts';
export type { OpenDefinitions } from './definition/look-up.ts';
export { openConfiguredSource } from './definition/open-configured-source.ts';
export { openSource, type SourceOptions } from './definition/open-source.ts';
export type { Definition, DefinitionRequest, DefinitionSource } from './definition/source.ts';
export { type FnConfig, parseFnConfig, type ResolvePolicy } from './fn-config.ts';
export { type FunctionResult, type OpenSource, runFunction } from './function.ts';
export { processRender } from './kpt-func.ts';
export { specHash } from './names.ts';
export { type Pins, pinEdits, repin } from './pin.ts';
export { describe, hasErrors, type Problem, type Reason, type ResourceRef, reasons, toResult } from './problem.ts';
export {
  checkUpdate,
  type Parsed,
  type ParseOptions,
  type Pin,
  type Process,
  type ProcessSpec,
  type ProcessStatus,
  parseProcess,
} from './process.ts';
export { applyChanges } from './render/apply-changes.ts';
export { type DefinitionStore, definitionStore } from './render/definition-store.ts';
export { emit } from './render/emit.ts';
export type { Located, Place } from './render/located.ts';
export { type Plan, plan } from './render/plan.ts';
export { type Rendered, render } from './render/render.ts';
export { type PinnedText, type Resolved, resolve } from './render/resolve.ts';
export { validate } from './render/validate.ts';
export type { Resource } from './resource.ts';
export { type Change, type ResourceList, readResourceList, writeResourceList } from './resource-list.ts';
export { verifyRendered } from './verify/rendered.ts';
export { type Edit, NotEditableError } from './yaml/edit.ts';
