/** Every error of broken YAML, by `yaml`: slower than js-yaml, which stops at the first. Loaded when there is one. */
import { parseAllDocuments } from 'yaml';

/** One line each, with the place. */
export function allErrors(source: string): string[] {
  const documents = parseAllDocuments(source, { prettyErrors: true, logLevel: 'silent' });
  return documents.flatMap(({ errors }) => errors ?? []).map(({ message }) => message.split('\n')[0]!.replace(/:$/, ''));
}
