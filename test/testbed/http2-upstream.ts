/** Hands HTTP/2 streams, trailers included, on to a server, over one connection that is opened anew when it is gone. */

import type { ClientHttp2Session, IncomingHttpHeaders, SecureClientSessionOptions, ServerHttp2Stream } from 'node:http2';
import { connect, constants } from 'node:http2';

export interface Upstream {
  /** `fail` is called when the server is not there, or goes before it has answered. */
  forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, fail: () => void): void;
  close(): void;
}

export function openUpstream(url: string, options: SecureClientSessionOptions = {}): Upstream {
  let session: ClientHttp2Session | undefined;
  const connected = () => {
    if (!session || session.closed || session.destroyed) session = connect(url, options).on('error', () => {});
    return session;
  };
  return {
    forward: (stream, headers, fail) => handOn(connected(), { stream, headers, fail }),
    close: () => session?.destroy(),
  };
}

interface Exchange {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly fail: () => void;
}

function handOn(session: ClientHttp2Session, { stream, headers, fail }: Exchange): void {
  const request = session.request(headers);
  let trailers: IncomingHttpHeaders = {};
  request.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, { endStream: isAll, waitForTrailers: !isAll });
    if (!isAll) request.pipe(stream);
  });
  request.on('trailers', (sent) => {
    trailers = sent;
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  request.on('error', () => {});
  // A server that goes leaves its streams closed, not always with an error.
  request.on('close', () => {
    if (!stream.headersSent) fail();
    else if (request.rstCode !== constants.NGHTTP2_NO_ERROR) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  // A caller that gives up, as at its deadline, gives up at the server, too.
  stream.on('close', () => request.close(constants.NGHTTP2_CANCEL));
  stream.on('error', () => {});
  stream.pipe(request);
}
