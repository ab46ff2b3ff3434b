/**
 * Our metrics as text in Prometheus' format, sample by sample: as a client library keeps them, as objects with an index, those of a thousand
 * Processes take twenty megabytes while they are told.
 */
import { isCounter, type Metric, type Sample } from './metric.ts';

/** So long pieces are sent together. */
const pieceLength = 16_384;

/** Reads as it goes; the pieces together are the text. */
export function* exposition<Source>(metrics: readonly Metric<Source>[], source: Source): Generator<string> {
  let piece = '';
  for (const metric of metrics) {
    const { name, help, read } = metric;
    piece += `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${isCounter(metric) ? 'counter' : 'gauge'}\n`;
    for (const sample of read(source)) {
      piece += lineOf(name, sample);
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

function lineOf(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
