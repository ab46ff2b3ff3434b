/** The bearer token for a definition source, read when it is needed so that a rotated one counts. It is never part of a message. */
import { readFileSync } from 'node:fs';
import { type Problem, problem } from '../problem.ts';

/** Where the token is: the name of an environment variable, or a file. */
export interface TokenPlace {
  readonly env?: string;
  readonly file?: string;
}

/** A reader of the token; undefined when no place is named. */
export function tokenReader(place: TokenPlace, environment: Environment): (() => string) | undefined {
  const { env, file } = place;
  if (env !== undefined) return () => readVariable(env, environment);
  if (file !== undefined) return () => readFileSync(file, 'utf8');
  return undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

function readVariable(name: string, environment: Environment): string {
  const token = environment[name];
  if (token === undefined) throw new Error(`the environment variable ${name} is not set`);
  return token;
}

/** The token, trimmed and fit for a header. What `read` throws becomes the finding, so it must not hold the token. */
export function readToken(read: () => string): { readonly token: string } | Problem {
  let token: string;
  try {
    token = read().trim();
  } catch (error) {
    return problem(
      'SourceUnauthorized',
      `The token cannot be read: ${(error as Error).message}. Provide it or correct where it is read from.`,
    );
  }
  if (/^[\x21-\x7e]+$/.test(token)) return { token };
  const found = token === '' ? 'is empty' : 'holds spaces, line breaks or characters that no header can carry';
  return problem('SourceUnauthorized', `The token ${found}. Correct the variable or file it is read from.`);
}
