/** Whole-stream reads and writes on file descriptors: nothing is cut at a pipe's capacity, and no stream object has to be set up. */
import { fstatSync, readSync, writeSync } from 'node:fs';

const stdin = 0;
const chunkSize = 1 << 16;

/** Whether a person is at the other end. Only a device can be a terminal; asking takes modules that a piped list need not wait for. */
export async function isTerminal(fd: number): Promise<boolean> {
  if (!isDevice(fd)) return false;
  const { isatty } = await import('node:tty');
  return isatty(fd);
}

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

/** All bytes of standard input. */
export async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkSize);
    try {
      const length = readSync(stdin, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
    } catch (error) {
      // Some parents set up a stdin that does not block; what was read so far stays read.
      if (codeOf(error) !== 'EAGAIN') throw error;
      await oneMillisecond();
    }
  }
}

/** Writes everything, however slowly the reader reads. Throws EPIPE when it has gone. */
export async function writeAll(fd: number, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      await oneMillisecond();
    }
  }
}

function oneMillisecond(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}

/** Writes help and usage; that its reader has had enough (`| head`) is no fault. */
export function writeHelp(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch (error) {
    if (codeOf(error) !== 'EPIPE') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException)?.code;
}
