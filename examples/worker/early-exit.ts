/**
 * SIGTERM while the worker still starts: it leaves. Process 1 of a container does not get signals that it does not handle, and the SDK,
 * which takes a second to load and longer to connect, does so only once it runs: the pod would hang for its whole grace period.
 */
import process from 'node:process';

const leave = () => process.exit(0);
process.once('SIGTERM', leave);

/** From now on the SDK ends the worker gracefully. */
export function handOverToSdk(): void {
  process.off('SIGTERM', leave);
}
