/** Imported for its effect: grpc-js prints errors that it also returns, and here they are findings, one line each. */
import { setLogger } from '@grpc/grpc-js';

// What GRPC_VERBOSITY and GRPC_TRACE ask for is still printed, on stderr: stdout may carry manifests.
// biome-ignore lint/suspicious/noConsole: see above
const print = console.error;
setLogger({ error: () => {}, info: print, debug: print });
